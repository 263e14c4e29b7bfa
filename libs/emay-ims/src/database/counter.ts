/** The most that a `smallint` holds. */
const MOST = 32_767;

/** One more in a column that counts tries: it stops at its most instead of failing the statement, and with it everything behind. */
export function oneMore(column: string): string {
  return `CASE WHEN ${column} < ${MOST} THEN ${column} + 1 ELSE ${column} END`;
}
