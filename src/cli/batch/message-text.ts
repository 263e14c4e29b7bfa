/**
 * A text as it is sent: line ends are LF, whatever they were in the file, and blanks around it are gone. Saving a table
 * anew in another program changes no more than that.
 */
export function textToSend(text: string): string {
  return text.replaceAll(/\r\n?|[\u0085\u2028\u2029]/g, '\n').trim();
}

/** What makes two texts one and the same SMS, however their letters are composed. */
export function textIdentity(text: string): string {
  return textToSend(text.replaceAll('\uFEFF', '')).normalize('NFC');
}

/** Whether two messages are one SMS: same number, same text. */
export function isSameMessage(
  one: { mobile: string; content: string },
  other: { mobile: string; content: string } | undefined,
): boolean {
  return (
    one.mobile === other?.mobile &&
    (one.content === other.content || textIdentity(one.content) === textIdentity(other.content))
  );
}
