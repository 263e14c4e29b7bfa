import { deleteByList } from './delete-listed.js';
import type { SqlDialect } from '../sql-dialect.js';
import { updateFrom } from './update-from.js';

export const postgres: SqlDialect = {
  name: 'postgres',
  now: '(extract(epoch from statement_timestamp()) * 1000)::bigint',
  bigint: 'bigint',
  hasReturning: true,
  returned: (column) => `m.${column}`,
  rowLocation: 'ctid',
  reportsAtATime: 500,
  bytesAtATime: 512 * 1024,
  lockSkippingLocked: () => 'FOR UPDATE SKIP LOCKED',
  lock: () => 'FOR UPDATE',
  // Made to depend on the row: before it has statistics, the planner takes a constant account for so selective that it
  // reads all its messages for each statement (500 rows of 30,000: 25 ms instead of 5).
  accountIs: (rowKey) => `m.account = CASE WHEN r.${rowKey} IS NULL THEN NULL ELSE ?::text END`,
  before: (columns, values) => [`(${columns.join(', ')}) < (?, ?)`, ...values],
  beginsWith: (column, prefix) => [`${column} LIKE ?`, `${prefix.replaceAll(/[\\%_]/g, '\\$&')}%`],
  alongIndex: (_decided, order) => `ORDER BY ${order}`,
  // In a snapshot, storing an id that came later has already failed as a serialization failure.
  latest: (rows, table, on) => `FROM ${rows} JOIN ${table} ON ${on}`,
  // In a SELECT of its own, an array does not show the planner how long it is: knowing that, it reads all messages of an account.
  rows: (columns, alias) =>
    `unnest(${Object.values(columns)
      .map((type) => `(SELECT ?::${type === 'bigint' ? 'bigint' : 'text'}[])`)
      .join(', ')}) AS ${alias}(${Object.keys(columns).join(', ')})`,
  idsIn: (table) =>
    `SELECT i.id AS custom_ims_id FROM ${table} AS l, json_array_elements_text(l.ids::json) AS i(id) WHERE l.account = ?`,
  encodeRows: (columns, rows) => Object.keys(columns).map((name) => rows.map((row) => row[name] ?? null)),
  longText: (text) => (typeof text === 'string' ? Buffer.from(text) : text),
  locksExisting: false,
  insertNew: (table, columns, source) =>
    `INSERT INTO ${table} (${columns.join(', ')}) ${source} ON CONFLICT DO NOTHING`,
  insertAdding: (table, columns, key, added, source) =>
    `INSERT INTO ${table} AS t (${columns.join(', ')}) ${source}
     ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${added.map((column) => `${column} = t.${column} + excluded.${column}`).join(', ')}`,
  through: () => '',
  deleteListed: deleteByList,
  deleteFirst: ({ table, where, orderBy }) =>
    `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM ${table} WHERE ${where} ORDER BY ${orderBy} LIMIT ? FOR UPDATE SKIP LOCKED))`,
  updateMessagesFromRows: (update, returning) => updateFrom(postgres, update, returning),
  placeholders(sql) {
    let position = 0;
    return sql.replaceAll('?', () => `$${++position}`);
  },
};
