import { EmayImsOptionsError } from '../../errors/emay-ims-errors.js';
import { IMS_TABLES, TableNames, type ImsTable } from '../../database/table-names.js';
import { REQUIRED_SCHEMA } from './required-schema.js';

/** Runs a statement as it stands. */
export type Query = (sql: string) => Promise<unknown>;

type Rows = readonly Record<string, unknown>[];

/**
 * Keeps a migration from running where the tables are not. Before `schema` and `entityPrefix` were obeyed, the tables were made
 * without them: they may be this application's, or somebody's production.
 *
 * MariaDB's catalogue leaves out, for a moment, a table that another process is altering. So the table itself is asked too: its
 * readers wait.
 *
 * @throws EmayImsOptionsError with the statements that move them
 */
export async function assertTablesAreHere(names: TableNames, query: Query): Promise<void> {
  if ((await isThere(names, 'emay_ims_message', query)) || (await isBeingAltered(names, 'emay_ims_message', query)))
    return;
  const elsewhere = await tablesElsewhere(names, query);
  throw new EmayImsOptionsError(
    elsewhere ??
      `The migration cannot run: there is no table ${names.table('emay_ims_message')}, although the migrations that make it are ` +
        'recorded as run. Revert those of emay_ims first, or remove them from the table of migrations.',
  );
}

/**
 * A sentence about tables that lie where releases before this one made them, while the options name another place; `null` where there
 * are none. Nothing is moved: they may be another application's.
 */
export async function tablesElsewhere(names: TableNames, query: Query): Promise<string | null> {
  if (await isThere(names, 'emay_ims_message', query)) return null;
  const old = await oldNames(names, query);
  if (old === null) return null;
  const found: ImsTable[] = [];
  for (const table of IMS_TABLES) if (await isThere(old, table, query)) found.push(table);
  if (!found.includes('emay_ims_message')) return null;
  const isBare = names.bare('emay_ims_message') === 'emay_ims_message';
  const pin = [...(isBare || old.schema !== null ? [`schema: '${old.schema}'`] : []), "entityPrefix: ''"].join(', ');
  return (
    `The tables of EmayImsModule are not at ${names.table('emay_ims_message')}, where schema, entityPrefix and naming strategy of the ` +
    `DataSource put them, but at ${old.table('emay_ims_message')}, where releases before this one made them. If they are this ` +
    `application's, stop every instance and move them: ${found.flatMap((table) => moves(old, names, table)).join(' ')} Or leave them ` +
    `there: database: { dataSource: …, ${pin} }, and migrations: emayImsMigrations({ ${pin} }). If they are another application's, ` +
    'remove the migrations of emay_ims from this DataSource’s table of migrations, and run them again.'
  );
}

/** By their bare names, wherever those lead on this connection; `null` where they lead nowhere. */
async function oldNames(names: TableNames, query: Query): Promise<TableNames | null> {
  if (names.quoteMark === '`') return new TableNames('mysql');
  const [row] = (await query(
    `SELECT n.nspname AS schema FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.oid = to_regclass('emay_ims_message')`,
  )) as Rows;
  return row ? new TableNames('postgres', String(row.schema)) : null;
}

async function isThere(names: TableNames, table: ImsTable, query: Query): Promise<boolean> {
  if (names.quoteMark === '`') {
    const schema = names.schema === null ? 'DATABASE()' : names.literal(names.schema);
    const sql = `SELECT 1 FROM information_schema.tables WHERE table_schema = ${schema} AND table_name = ${names.literal(names.bare(table))}`;
    return ((await query(sql)) as Rows).length > 0;
  }
  const [row] = (await query(`SELECT to_regclass(${names.literal(names.table(table))}) IS NOT NULL AS there`)) as Rows;
  return row?.there === true;
}

async function isBeingAltered(names: TableNames, table: ImsTable, query: Query): Promise<boolean> {
  if (names.quoteMark !== '`') return false;
  try {
    await query(`SELECT 1 FROM ${names.table(table)} LIMIT 0`);
    return true;
  } catch (error) {
    if (Object(error).code === 'ER_NO_SUCH_TABLE') return false;
    throw error;
  }
}

function moves(from: TableNames, to: TableNames, table: ImsTable): string[] {
  const indexes = REQUIRED_SCHEMA[table].indexes;
  const isRenamed = from.bare(table) !== to.bare(table);
  if (from.quoteMark === '`') {
    const renames = indexes.map((index) => `RENAME INDEX ${index} TO ${to.quote(to.bareIndex(table, index))}`);
    return [
      `RENAME TABLE ${from.table(table)} TO ${to.table(table)};`,
      ...(renames.length > 0 && isRenamed ? [`ALTER TABLE ${to.table(table)} ${renames.join(', ')};`] : []),
    ];
  }
  const schema = to.schema ?? from.schema;
  const moved = new TableNames('postgres', schema);
  return [
    ...(schema === from.schema ? [] : [`ALTER TABLE ${from.table(table)} SET SCHEMA ${to.quote(String(schema))};`]),
    ...(isRenamed
      ? [
          `ALTER TABLE ${moved.table(table)} RENAME TO ${to.quote(to.bare(table))};`,
          ...indexes.map(
            (index) => `ALTER INDEX ${moved.index(table, index)} RENAME TO ${to.quote(to.bareIndex(table, index))};`,
          ),
        ]
      : []),
  ];
}
