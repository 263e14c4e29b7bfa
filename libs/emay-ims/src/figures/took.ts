/** Log buckets of the time from the hand-over to DELIVERED, as the module learned of both: the wait for the next poll is part of it. */
export const TOOK_BUCKETS = 24;
const FIRST_MS = 1_000;
const LAST_MS = 86_400_000;

/** Where each bucket begins, in ms. The first also holds what was faster, the last what was slower. */
export const TOOK_FROM_MS: readonly number[] = Array.from({ length: TOOK_BUCKETS }, (_, bucket) =>
  Math.round(FIRST_MS * (LAST_MS / FIRST_MS) ** (bucket / TOOK_BUCKETS)),
);

/** What stands for `null`, as the column is part of a key. */
export const NOT_TAKEN = -1;

/** The bucket as SQL: a search by halves, five comparisons for each row. */
export function tookSql(elapsed: string): string {
  const search = (first: number, last: number): string => {
    if (first === last) return String(first);
    const middle = Math.ceil((first + last) / 2);
    return `CASE WHEN ${elapsed} < ${TOOK_FROM_MS[middle]} THEN ${search(first, middle - 1)} ELSE ${search(middle, last)} END`;
  };
  return search(0, TOOK_BUCKETS - 1);
}

/**
 * The time within which this share of messages was delivered, in ms: exact to the bucket (a factor of 1.6), within it as if spread evenly on
 * its logarithmic scale. `null`: there are none.
 *
 * @param messages of each bucket
 * @param share 0 to 1, e.g. 0.95
 */
export function percentileMs(messages: readonly number[], share: number): number | null {
  const all = messages.reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  let left = share * all;
  const bucket = messages.findIndex((count) => (left -= count) <= 0 && count > 0);
  const from = TOOK_FROM_MS[bucket] as number;
  const to = TOOK_FROM_MS[bucket + 1] ?? LAST_MS;
  const within = 1 + left / (messages[bucket] as number);
  return Math.round(from * (to / from) ** within);
}
