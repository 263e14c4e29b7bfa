import { prefixRange } from './prefix-range.js';
import { deleteByList } from './delete-listed.js';
import type { SqlDialect } from '../sql-dialect.js';
import { jsonArrays } from './json-arrays.js';
import { updateFrom } from './update-from.js';

export const sqlite: SqlDialect = {
  name: 'sqlite',
  now: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
  bigint: 'INTEGER',
  hasReturning: true,
  returned: (column) => column,
  rowLocation: 'rowid',
  reportsAtATime: 500,
  bytesAtATime: null,
  // One writer at a time: there is nobody else's lock to pass over.
  lockSkippingLocked: () => '',
  lock: () => '',
  // Made to depend on the row: the planner takes a constant account for so selective that it reads all its messages
  // for every row (500 rows of 200,000: 31 s instead of 3 ms).
  accountIs: (rowKey) => `m.account = iif(r.${rowKey} IS NULL, NULL, ?)`,
  beginsWith: prefixRange,
  before: (columns, values) => [`(${columns.join(', ')}) < (?, ?)`, ...values],
  alongIndex: (_decided, order) => `ORDER BY ${order}`,
  latest: (rows, table, on) => `FROM ${rows} JOIN ${table} ON ${on}`,
  rows: (columns, alias) =>
    `(SELECT ${Object.keys(columns)
      .map((name, index) => `value ->> ${index} AS ${name}`)
      .join(', ')} FROM json_each(?)) AS ${alias}`,
  idsIn: (table) => `SELECT i.value AS custom_ims_id FROM ${table} AS l, json_each(l.ids) AS i WHERE l.account = ?`,
  encodeRows: jsonArrays,
  longText: String,
  locksExisting: false,
  // `WHERE true` keeps the parser from reading ON as a join condition.
  insertNew: (table, columns, source) =>
    `INSERT INTO ${table} (${columns.join(', ')}) ${source} WHERE true ON CONFLICT DO NOTHING`,
  insertAdding: (table, columns, key, added, source) =>
    `INSERT INTO ${table} AS t (${columns.join(', ')}) ${source} WHERE true
     ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${added.map((column) => `${column} = t.${column} + excluded.${column}`).join(', ')}`,
  through: () => '',
  deleteListed: deleteByList,
  deleteFirst: ({ table, where, orderBy }) =>
    `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${where} ORDER BY ${orderBy} LIMIT ?)`,
  updateMessagesFromRows: (update, returning) => updateFrom(sqlite, update, returning),
  placeholders: (sql) => sql,
};
