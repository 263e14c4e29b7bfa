import { connect } from './bare-connection.js';
import type { BenchDatabase, DatabaseKind } from './databases.js';
import type { SendEntry } from './gateway-calls.js';
import { message } from './messages.js';
import { fromTree } from './other-tree.js';
import { runScript } from './processes.js';

export interface FillTask {
  database: BenchDatabase;
  rows: number;
  /** `MIXED`: over 30 days, to 20 countries, one of 100 in doubt. */
  state: 'ACCEPTED' | 'DELIVERED' | 'MIXED';
}

/** Of 10,000,000 rows, on a slow disk. */
const DEADLINE_MS = 2 * 3_600_000;
/** Rows in one statement: neither a log nor a temporary table has to hold all of them. */
const BLOCK = 500_000;

/** What differs: the whole numbers `n` of a range, how ids are written, and how a table's columns are found. */
const WRITTEN: Readonly<
  Record<
    DatabaseKind,
    { series: (from: number, to: number) => string; id: string; imsId: string; mobile: string; columns: string }
  >
> = {
  postgres: {
    series: (from, to) => `generate_series(${from}::bigint, ${to}::bigint) AS s(n)`,
    id: "lpad(to_hex(n), 32, '0')",
    imsId: "'7' || lpad(n::text, 17, '0')",
    mobile: "'+61' || (422000000 + n)",
    columns: 'SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()',
  },
  mariadb: {
    series: (from, to) => `(SELECT seq AS n FROM seq_${from}_to_${to}) AS s`,
    id: "LPAD(LOWER(HEX(n)), 32, '0')",
    imsId: "CONCAT('7', LPAD(n, 17, '0'))",
    mobile: "CONCAT('+61', 422000000 + n)",
    columns:
      'SELECT table_name AS table_name, column_name AS column_name FROM information_schema.columns WHERE table_schema = DATABASE()',
  },
  sqlite: {
    series: (from, to) =>
      `(WITH RECURSIVE s(n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM s WHERE n < ${to}) SELECT n FROM s)`,
    id: "printf('%032x', n)",
    imsId: "printf('7%017d', n)",
    mobile: "'+61' || (422000000 + n)",
    columns:
      "SELECT t.name AS table_name, c.name AS column_name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'",
  },
};

const AFTER: Readonly<Record<DatabaseKind, string[]>> = {
  // What autovacuum does on its own within a minute or so; at once, so that it does not fall into a measurement.
  postgres: ['VACUUM (ANALYZE) emay_ims_message', 'CHECKPOINT'],
  mariadb: ['ANALYZE TABLE emay_ims_message'],
  // SQLite gathers statistics only where an application asks it to.
  sqlite: ['PRAGMA wal_checkpoint(TRUNCATE)'],
};

/** An empty database gets the module's tables, of this commit or of the one in `tree`, and that many messages. */
export async function filled(
  database: BenchDatabase,
  rows: number,
  state: FillTask['state'],
  tree: string | null = null,
): Promise<void> {
  const task: FillTask = { database, rows, state };
  await runScript('support/fill-process', task, fromTree(tree), DEADLINE_MS);
}

/**
 * Fills the module's table with messages that look as if they had been sent a day ago, with ids that sort before all new
 * ones. Of the columns below, those are written that the table has: commits with different schemas can be compared.
 */
export async function fill(database: BenchDatabase, count: number, state: FillTask['state']): Promise<void> {
  const { series, id, imsId, mobile, columns: columnsSql } = WRITTEN[database.kind];
  const sentAt = Date.now() - 86_400_000;
  const isFinal = state === 'DELIVERED';
  const values: Record<string, string> = {
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
  if (state === 'MIXED') Object.assign(values, mixed(count, database.kind));
  const connection = await connect(database, 1);
  try {
    const known = new Set(
      (await connection.rows(columnsSql)).map((row) => `${String(row.table_name)}.${String(row.column_name)}`),
    );
    const columns = Object.keys(values).filter((name) => known.has(`emay_ims_message.${name}`));
    for (let from = 0; from < count; from += BLOCK) {
      await connection.rows(
        `INSERT INTO emay_ims_message (${columns.join(', ')})
         SELECT ${columns.map((name) => values[name]).join(', ')} FROM ${series(from, Math.min(from + BLOCK, count) - 1)}`,
      );
    }
    for (const sql of AFTER[database.kind]) await connection.rows(sql);
  } finally {
    await connection.close();
  }
}

/** Calling codes of 20 countries, each with enough digits of a mobile number for all of them. */
const COUNTRIES = [
  ...['614', '861', '447', '491', '336', '393', '346', '316', '324', '417'],
  ...['467', '474', '455', '351', '486', '420', '369', '407', '819', '658'],
];
const MIXED_STATE = `CASE WHEN n % 100 = 0 THEN 'UNCONFIRMED' WHEN n % 100 < 4 THEN 'UNDELIVERABLE' WHEN n % 100 = 4 THEN 'REJECTED'
  WHEN n % 100 = 5 THEN 'UNKNOWN' ELSE 'DELIVERED' END`;
const THIRTY_DAYS_MS = 30 * 86_400_000;

/** Columns of messages of all kinds; later ones are younger. */
function mixed(count: number, kind: DatabaseKind): Record<string, string> {
  const begins = Date.now() - THIRTY_DAYS_MS - 3_600_000;
  const createdAt = `${begins} + n * ${Math.max(1, Math.floor(THIRTY_DAYS_MS / count))}`;
  const calling = `CASE n % ${COUNTRIES.length} ${COUNTRIES.map((code, index) => `WHEN ${index} THEN '+${code}'`).join(' ')} END`;
  const isFinal = `n % 100 <> 0 AND n % 100 <> 5`;
  return {
    mobile: kind === 'mariadb' ? `CONCAT(${calling}, 20000000 + n)` : `${calling} || (20000000 + n)`,
    state: MIXED_STATE,
    outcome: `CASE WHEN n % 100 < 6 THEN ${MIXED_STATE} END`,
    code: "CASE WHEN n % 100 = 0 THEN 'TIMEOUT' WHEN n % 100 = 4 THEN 'ERROR_MOBILE_ERROR' ELSE 'SUCCESS' END",
    report_state: "CASE WHEN n % 100 > 5 THEN 'DELIVRD' WHEN n % 100 IN (1, 2, 3) THEN 'UNDELIV' END",
    due_at: 'NULL',
    created_at: createdAt,
    submitted_at: `${createdAt} + 200`,
    accepted_at: `CASE WHEN n % 100 NOT IN (0, 4) THEN ${createdAt} + 400 END`,
    final_at: `CASE WHEN ${isFinal} THEN ${createdAt} + 2000 + n % 977 * 50 END`,
  };
}

/** The ids of the `index`-th message filled in. */
export function filledIds(index: number): SendEntry {
  return { customImsId: message(index).customImsId, imsId: `7${String(index).padStart(17, '0')}` };
}
