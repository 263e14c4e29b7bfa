import type { SqlDialect } from '../database/sql-dialect.js';

const INDEXES = { state: 'emay_ims_report_batch_state', source: 'emay_ims_report_batch_push' } as const;

/**
 * `FROM … LIMIT 1` of an account's newest report batch with a value, by the index over both.
 *
 * - A range, and an order that begins with it: for an equality, PostgreSQL may go through the batches of all accounts by their ids.
 */
export function newestBatch(
  dialect: SqlDialect,
  column: keyof typeof INDEXES,
  value: string,
  condition = '1 = 1',
): string {
  return `FROM emay_ims_report_batch ${dialect.through(INDEXES[column])}
    WHERE account = ? AND ${column} >= '${value}' AND ${column} <= '${value}' AND ${condition}
    ORDER BY ${column} DESC, id DESC LIMIT 1`;
}
