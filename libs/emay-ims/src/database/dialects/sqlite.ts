import type { SqlDialect } from '../sql-dialect.js';
import { updateFrom } from './update-from.js';

export const sqlite: SqlDialect = {
  name: 'sqlite',
  now: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
  bigint: 'INTEGER',
  hasReturning: true,
  // One writer at a time: there is nobody else's lock to pass over.
  lockSkippingLocked: '',
  rows: (columns, alias) =>
    `(SELECT ${Object.keys(columns)
      .map((name) => `value ->> '${name}' AS ${name}`)
      .join(', ')} FROM json_each(?)) AS ${alias}`,
  // `WHERE true` keeps the parser from reading ON as a join condition.
  insertNew: (table, columns, source) =>
    `INSERT INTO ${table} (${columns.join(', ')}) ${source} WHERE true ON CONFLICT DO NOTHING`,
  updateMessagesFromRows: (update, returning) => updateFrom(sqlite, update, returning),
  placeholders: (sql) => sql,
};
