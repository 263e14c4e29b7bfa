import { prefixRange } from './prefix-range.js';
import { deleteByJoin, deleteByList } from './delete-listed.js';
import type { SqlDialect } from '../sql-dialect.js';
import { jsonArrays } from './json-arrays.js';
import { updateByJoin, updateByKey } from './mysql-updates.js';

const BINARY = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';
const TYPES = {
  varchar64: `VARCHAR(64) ${BINARY}`,
  varchar255: `VARCHAR(255) ${BINARY}`,
  varchar1000: `VARCHAR(1000) ${BINARY}`,
  text: `TEXT ${BINARY}`,
  bigint: 'BIGINT',
} as const;

/** MySQL 8 and MariaDB ≥ 10.6. */
export const mysql: SqlDialect = {
  name: 'mysql',
  // Not UNIX_TIMESTAMP(NOW(3)): where the session's zone has summer time, that stands still or jumps for an hour each year.
  // A literal of the type TIMESTAMP: a text would be read anew for each row.
  now: "(TIMESTAMPDIFF(MICROSECOND, TIMESTAMP'1970-01-01 00:00:00', UTC_TIMESTAMP(3)) DIV 1000)",
  bigint: 'SIGNED',
  hasReturning: false,
  returned: (column) => column,
  rowLocation: 'custom_ims_id',
  reportsAtATime: 250,
  bytesAtATime: null,
  lockSkippingLocked: (of) => `FOR UPDATE ${ofTable(of)} SKIP LOCKED`,
  lock: (of) => `FOR UPDATE ${ofTable(of)}`,
  accountIs: () => 'm.account = ?',
  // MySQL sorts whatever a row decides, where the order does not begin with it. MariaDB does so where it does.
  alongIndex: (decided, order) => `ORDER BY ${toMysql(`${decided},`)} ${order}`,
  // It compares pairs as well, but reads from the newest message on to get there.
  beginsWith: prefixRange,
  before: ([first, second], [one, other]) => [`(${first} < ? OR (${first} = ? AND ${second} < ?))`, one, one, other],
  // A plain SELECT in REPEATABLE READ sees what was there when the transaction first read anything.
  latest: (rows, table, on) => `FROM ${rows} STRAIGHT_JOIN ${table} ON ${on} ${mysql.lock('m')}`,
  rows: (columns, alias) =>
    `JSON_TABLE(?, '$[*]' COLUMNS (${Object.entries(columns)
      .map(([name, type], index) => `${name} ${TYPES[type]} PATH '$[${index}]'`)
      .join(', ')})) AS ${alias}`,
  idsIn: (table) =>
    `SELECT i.id AS custom_ims_id FROM ${table} AS l,
       JSON_TABLE(l.ids, '$[*]' COLUMNS (id ${TYPES.varchar64} PATH '$')) AS i WHERE l.account = ?`,
  encodeRows: jsonArrays,
  // `mysql2` writes bytes into the statement as hex digits, and its text stays one of single bytes.
  longText: (text) => (typeof text === 'string' ? Buffer.from(text) : text),
  locksExisting: true,
  // Not INSERT IGNORE: that also truncates what is too long, silently.
  insertNew: (table, columns, source) =>
    `INSERT INTO ${table} (${columns.join(', ')}) ${source} ON DUPLICATE KEY UPDATE ${columns[0]} = ${table}.${columns[0]}`,
  insertAdding: (table, columns, _key, added, source) =>
    `INSERT INTO ${table} (${columns.join(', ')}) ${source}
     ON DUPLICATE KEY UPDATE ${added.map((column) => `${column} = ${table}.${column} + r.${column}`).join(', ')}`,
  through: (index) => `FORCE INDEX (${index})`,
  deleteListed(rows) {
    return rows.values.length === 1
      ? deleteByList(rows)
      : deleteByJoin(rows, this.rows({ [rows.column]: rows.type }, 'r'));
  },
  // A DELETE by itself takes no index hint, and MariaDB then reads the whole account for each step.
  deleteFirst: ({ table, key, index, where, orderBy }) =>
    `DELETE m FROM (SELECT ${key.join(', ')} FROM ${table} FORCE INDEX (${index})
      WHERE ${where} ORDER BY ${orderBy} LIMIT ?) AS r
     STRAIGHT_JOIN ${table} AS m ON ${key.map((column) => `m.${column} = r.${column}`).join(' AND ')}`,
  updateMessagesFromRows(update) {
    const byKey = updateByKey(update);
    const byJoin = updateByJoin(update, this.rows(update.columns, 'r'));
    return { make: (parameters) => byKey(parameters) ?? byJoin.make(parameters) };
  },
  placeholders: (sql) => sql,
};

/** MySQL refuses to lock rows that are a parameter; MariaDB knows no OF. */
function ofTable(alias: string | undefined): string {
  return alias === undefined ? '' : toMysql(`OF ${alias}`);
}

/** What MySQL 8 reads, and MariaDB passes over: no version of it reads what is for versions of MySQL from 5.7 on. */
function toMysql(sql: string): string {
  return `/*!80001 ${sql} */`;
}
