import { connect } from './bare-connection.js';
import type { BenchDatabase, DatabaseKind } from './databases.js';
import type { SendEntry } from './gateway-calls.js';
import { message } from './messages.js';

/** What differs: a series of whole numbers `n` from 0, and how ids are written. */
const WRITTEN: Readonly<
  Record<DatabaseKind, { series: (count: number) => string; id: string; imsId: string; mobile: string }>
> = {
  postgres: {
    series: (count) => `generate_series(0, ${count - 1}) AS s(n)`,
    id: "lpad(to_hex(n), 32, '0')",
    imsId: "'7' || lpad(n::text, 17, '0')",
    mobile: "'+61' || (422000000 + n)",
  },
  mariadb: {
    series: (count) => `(SELECT seq AS n FROM seq_0_to_${count - 1}) AS s`,
    id: "LPAD(LOWER(HEX(n)), 32, '0')",
    imsId: "CONCAT('7', LPAD(n, 17, '0'))",
    mobile: "CONCAT('+61', 422000000 + n)",
  },
  sqlite: {
    series: (count) =>
      `(WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < ${count - 1}) SELECT n FROM s)`,
    id: "printf('%032x', n)",
    imsId: "printf('7%017d', n)",
    mobile: "'+61' || (422000000 + n)",
  },
};

const AFTER: Readonly<Record<DatabaseKind, string[]>> = {
  // What autovacuum does on its own within a minute or so; at once, so that it does not fall into a measurement.
  postgres: ['VACUUM (ANALYZE) emay_ims_message', 'CHECKPOINT'],
  mariadb: ['ANALYZE TABLE emay_ims_message'],
  // SQLite gathers statistics only where an application asks it to.
  sqlite: ['PRAGMA wal_checkpoint(TRUNCATE)'],
};

/**
 * Fills the module's table with messages that look as if they had been sent a day ago: in one statement, with ids that
 * sort before all new ones.
 */
export async function fill(database: BenchDatabase, count: number, state: 'ACCEPTED' | 'DELIVERED'): Promise<void> {
  const { series, id, imsId, mobile } = WRITTEN[database.kind];
  const sentAt = Date.now() - 86_400_000;
  const isFinal = state === 'DELIVERED';
  const columns: Record<string, string> = {
    account: "'default'",
    custom_ims_id: id,
    ims_id: imsId,
    mobile,
    content: `'${message(0).content}'`,
    state: `'${state}'`,
    code: "'SUCCESS'",
    priority: '0',
    due_at: isFinal ? 'NULL' : `${sentAt + 3 * 86_400_000} + n`,
    attempt: "'0123456789abcdef0123456789abcdef'",
    attempts: '1',
    report_state: isFinal ? "'DELIVRD'" : 'NULL',
    created_at: `${sentAt} + n`,
    submitted_at: `${sentAt} + n`,
    accepted_at: `${sentAt} + n`,
    final_at: isFinal ? `${sentAt} + n` : 'NULL',
  };
  const connection = await connect(database, 1);
  try {
    await connection.rows(
      `INSERT INTO emay_ims_message (${Object.keys(columns).join(', ')})
       SELECT ${Object.values(columns).join(', ')} FROM ${series(count)}`,
    );
    for (const sql of AFTER[database.kind]) await connection.rows(sql);
  } finally {
    await connection.close();
  }
}

/** The ids of the `index`-th message filled in. */
export function filledIds(index: number): SendEntry {
  return { customImsId: message(index).customImsId, imsId: `7${String(index).padStart(17, '0')}` };
}
