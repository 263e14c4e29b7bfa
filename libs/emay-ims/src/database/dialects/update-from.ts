import type { SqlDialect, RowsStatement, UpdateFromRows } from '../sql-dialect.js';
import { assignments } from './assignments.js';

/** `UPDATE … FROM` as PostgreSQL and SQLite have it. */
export function updateFrom(
  dialect: SqlDialect,
  { columns, set, where }: UpdateFromRows,
  returning?: readonly string[],
): RowsStatement {
  const returned = returning ? ` RETURNING ${returning.join(', ')}` : '';
  const sql = `UPDATE emay_ims_message AS m SET ${assignments(set)} FROM ${dialect.rows(columns, 'r')} WHERE ${where}${returned}`;
  return {
    make: ({ set: values = [], rows, where: conditions }) => ({
      sql,
      parameters: [...values, ...dialect.encodeRows(columns, rows), ...conditions],
    }),
  };
}
