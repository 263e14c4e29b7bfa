/**
 * Packs messages into requests of at most `size`, in order, never the same number twice in one (the gateway would send
 * the first and fail the rest, `FAIL_MOBILE_REPEAT`).
 */
export function packRequests<Message extends { mobile: string }>(
  messages: readonly Message[],
  size: number,
): Message[][] {
  const requests: Message[][] = [];
  /** The earliest request for the next message to a number: the one after its previous message. */
  const nextFor = new Map<string, number>();
  let firstOpen = 0;
  for (const message of messages) {
    // Never full: each number in a request behind `firstOpen` is also in the one before it.
    const position = Math.max(firstOpen, nextFor.get(message.mobile) ?? 0);
    (requests[position] ??= []).push(message);
    nextFor.set(message.mobile, position + 1);
    while ((requests[firstOpen]?.length ?? 0) >= size) firstOpen++;
  }
  return requests;
}
