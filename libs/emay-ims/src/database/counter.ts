/** The most that a `smallint` holds. */
const MOST = 32_767;

/** Increments a counter column, up to its maximum: an overflow would fail the whole statement. */
export function oneMore(column: string): string {
  return `CASE WHEN ${column} < ${MOST} THEN ${column} + 1 ELSE ${column} END`;
}
