/** Log buckets of the time from submission to DELIVERED, 1 s to 24 h. */
export const TOOK_BUCKETS = 24;
const FIRST_MS = 1_000;
const LAST_MS = 86_400_000;

/** Where each begins, in ms. The first also holds what was faster, the last what was slower. */
export const TOOK_FROM_MS: readonly number[] = Array.from({ length: TOOK_BUCKETS }, (_, bucket) =>
  Math.round(FIRST_MS * (LAST_MS / FIRST_MS) ** (bucket / TOOK_BUCKETS)),
);

/** The bucket as SQL. */
export function tookSql(elapsed: string): string {
  const later = TOOK_FROM_MS.slice(1).map((from, index) => `WHEN ${elapsed} < ${from} THEN ${index}`);
  return `CASE ${later.join(' ')} ELSE ${TOOK_BUCKETS - 1} END`;
}

/**
 * The time within which this share was delivered, in ms, within a bucket as if spread evenly on its scale; `null`: none was.
 *
 * @param messages of each bucket
 * @param share 0 to 1
 */
export function percentileMs(messages: readonly number[], share: number): number | null {
  const all = messages.reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  let left = share * all;
  const bucket = messages.findIndex((count) => (left -= count) <= 0 && count > 0);
  const from = TOOK_FROM_MS[bucket] as number;
  const to = TOOK_FROM_MS[bucket + 1] ?? LAST_MS;
  return Math.round(from * (to / from) ** (1 + left / (messages[bucket] as number)));
}
