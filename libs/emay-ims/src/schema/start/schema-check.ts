import type { ImsDatabase } from '../../database/ims-database.js';
import { isRefusal } from '../../database/store-failure.js';
import { IMS_TABLES, type ImsTable } from '../../database/table-names.js';
import type { Problem } from './findings.js';
import { REQUIRED_SCHEMA } from './required-schema.js';

const NO_TABLE = new Set(['42P01', 'ER_NO_SUCH_TABLE']);
const NO_COLUMN = new Set(['42703', 'ER_BAD_FIELD_ERROR']);
const MIGRATE =
  'Add ...EMAY_IMS_MIGRATIONS to the migrations of the DataSource and run them (migrationsRun: true, or typeorm migration:run)';

/**
 * Compares the tables with what the statements of this release rely on, by statements that touch no row: no right to look into
 * catalogues or to change the schema is needed.
 */
export async function findSchemaProblems(database: ImsDatabase): Promise<Problem[]> {
  const problems: Problem[] = [];
  const missing: string[] = [];
  for (const table of IMS_TABLES) {
    const absent = await missingColumns(database, table);
    if (absent === 'table') missing.push(database.names.path(table));
    else if (absent.length > 0) {
      const columns = `column${absent.length > 1 ? 's' : ''} ${absent.join(', ')}`;
      problems.push({ sentence: `Table ${database.names.path(table)} has no ${columns}. ${MIGRATE}.`, mayPass: true });
    } else problems.push(...(await findDenials(database, table)));
  }
  if (missing.length > 0) {
    const tables = `table${missing.length > 1 ? 's' : ''} ${missing.join(', ')}`;
    problems.unshift({ sentence: `It has no ${tables}. ${MIGRATE}.`, mayPass: true });
  }
  return problems;
}

async function missingColumns(database: ImsDatabase, table: ImsTable): Promise<'table' | string[]> {
  const { columns } = REQUIRED_SCHEMA[table];
  const code = await failureOf(database, `SELECT ${columns.join(', ')} FROM ${table} WHERE 1 = 0`);
  if (code === null) return [];
  if (NO_TABLE.has(code)) return 'table';
  if (!NO_COLUMN.has(code)) return []; // A right that is missing: told below.
  const absent: string[] = [];
  for (const column of columns) {
    const found = await failureOf(database, `SELECT ${column} FROM ${table} WHERE 1 = 0`);
    if (found !== null && NO_COLUMN.has(found)) absent.push(column);
  }
  return absent;
}

/** Statements that may do what ours do, to no row. */
async function findDenials(database: ImsDatabase, table: ImsTable): Promise<Problem[]> {
  const { columns } = REQUIRED_SCHEMA[table];
  const [first] = columns;
  const statements = {
    SELECT: `SELECT ${columns.join(', ')} FROM ${table} WHERE 1 = 0`,
    INSERT: `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${columns.join(', ')} FROM ${table} WHERE 1 = 0`,
    UPDATE: `UPDATE ${table} SET ${columns.map((column) => `${column} = ${column}`).join(', ')} WHERE 1 = 0`,
    DELETE: `DELETE FROM ${table} WHERE ${first} IS NULL AND 1 = 0`,
  };
  const denied: string[] = [];
  const codes = new Set<string>();
  for (const [right, sql] of Object.entries(statements)) {
    const code = await failureOf(database, sql);
    if (code === null) continue;
    denied.push(right);
    codes.add(code);
    // It takes no other change either.
    if (READ_ONLY.has(code)) break;
  }
  if (denied.length === 0) return [];
  const isReadOnly = [...codes].every((code) => READ_ONLY.has(code));
  if (codes.has(STATEMENT_LOGGED)) return [{ sentence: STATEMENT_LOGGED_SENTENCE, mayPass: false }];
  const where = database.names.path(table);
  return [
    isReadOnly
      ? { sentence: READ_ONLY_SENTENCE, mayPass: true }
      : {
          sentence: `Its user may not ${denied.join(', ')} on table ${where} (${[...codes].join(', ')}). Grant SELECT, INSERT, UPDATE and DELETE.`,
          mayPass: false,
        },
  ];
}

const READ_ONLY_SENTENCE =
  'It takes no writes: it is a standby, or set to read only. Point the DataSource at the server that takes writes, or make this one writable.';

/** MySQL and MariaDB: a change at READ COMMITTED, which a log of statements could not repeat. */
const STATEMENT_LOGGED = 'ER_BINLOG_STMT_MODE_AND_ROW_ENGINE';
const STATEMENT_LOGGED_SENTENCE =
  'Its binlog_format is STATEMENT, with which a server refuses the writes of the module: set it to ROW (or MIXED), and restart the application.';

/** How each database says that it takes no writes. */
export const READ_ONLY: ReadonlySet<string> = new Set([
  '25006',
  '0A000', // PostgreSQL in recovery, asked for a transaction that writes.
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_READ_ONLY_MODE',
  'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION',
  'ER_UNKNOWN_COM_ERROR', // Galera: a node outside of its cluster.
]);

/** The code with which the database refuses a statement; `null`: it does not. Whatever else fails is thrown. */
async function failureOf(database: ImsDatabase, sql: string): Promise<string | null> {
  try {
    await database.rows(sql);
    return null;
  } catch (error) {
    if (isRefusal(error)) return error.driverCode;
    throw error;
  }
}
