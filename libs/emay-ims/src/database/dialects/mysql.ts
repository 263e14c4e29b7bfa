import type { SqlDialect } from '../sql-dialect.js';
import { assignments } from './assignments.js';

const BINARY = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';
const TYPES = { id: `VARCHAR(64) ${BINARY}`, text: `TEXT ${BINARY}`, bigint: 'BIGINT' } as const;

/** MySQL 8 and MariaDB ≥ 10.6. */
export const mysql: SqlDialect = {
  name: 'mysql',
  now: 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)',
  bigint: 'SIGNED',
  hasReturning: false,
  returned: (column) => column,
  lockSkippingLocked: 'FOR UPDATE SKIP LOCKED',
  accountIs: () => 'm.account = ?',
  rows: (columns, alias) =>
    `JSON_TABLE(?, '$[*]' COLUMNS (${Object.entries(columns)
      .map(([name, type]) => `${name} ${TYPES[type]} PATH '$.${name}'`)
      .join(', ')})) AS ${alias}`,
  // Not INSERT IGNORE: that also truncates what is too long, silently.
  insertNew: (table, columns, source) =>
    `INSERT INTO ${table} (${columns.join(', ')}) ${source} ON DUPLICATE KEY UPDATE ${columns[0]} = ${table}.${columns[0]}`,
  updateMessagesFromRows({ columns, set, where }) {
    return {
      // Rows first: each finds its message by primary key, whatever the table's statistics say.
      sql: `UPDATE ${this.rows(columns, 'r')} STRAIGHT_JOIN emay_ims_message AS m ON ${where} SET ${assignments(set, 'm.')}`,
      bind: (parameters) => [parameters.rows, ...parameters.where, ...(parameters.set ?? [])],
    };
  },
  placeholders: (sql) => sql,
};
