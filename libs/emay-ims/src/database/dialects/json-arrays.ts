import type { RowColumns, RowValues } from '../sql-dialect.js';

/** One parameter: rows as lists in the order of the columns: a third less to parse than objects, on either side. */
export function jsonArrays(columns: RowColumns, rows: readonly RowValues[]): [string] {
  const names = Object.keys(columns);
  return [JSON.stringify(rows.map((row) => names.map((name) => row[name] ?? null)))];
}
