import type { SqlDialect, UpdateFromRows, UpdateStatement } from '../sql-dialect.js';
import { assignments } from './assignments.js';

/** `UPDATE … FROM` as PostgreSQL and SQLite have it. */
export function updateFrom(
  dialect: SqlDialect,
  { columns, set, where }: UpdateFromRows,
  returning?: readonly string[],
): UpdateStatement {
  const returned = returning ? ` RETURNING ${returning.map(dialect.returned).join(', ')}` : '';
  return {
    sql: `UPDATE emay_ims_message AS m SET ${assignments(set)} FROM ${dialect.rows(columns, 'r')} WHERE ${where}${returned}`,
    bind: ({ set: values = [], rows, where: conditions }) => [
      ...values,
      ...dialect.encodeRows(columns, rows),
      ...conditions,
    ],
  };
}
