import type { ImsDatabase, SqlRow } from '../../database/ims-database.js';
import { IMS_TABLES, type ImsTable } from '../../database/table-names.js';
import type { Findings, Problem } from './findings.js';
import { findIndexProblems, type FoundIndex } from './index-check.js';
import { findProductProblems } from './product-check.js';
import { findTextProblems } from './text-check.js';

/** Columns that hold ids and names: what differs in case is different. */
const IDS = new Set([
  'account',
  'custom_ims_id',
  'ims_id',
  'id',
  'batch_id',
  'attempt',
  'claim',
  'handler',
  'holder',
  'name',
]);

/** What is wrong with a MySQL or MariaDB database. */
export async function checkMysql(database: ImsDatabase): Promise<Findings> {
  const unfit = await findProductProblems(database);
  if (unfit.length > 0) return { problems: unfit, warnings: [], facts: null };
  const warnings = await findUnsafeCommits(database);
  const problems = [
    ...(await findTextProblems(
      database,
      'SELECT CAST(? AS CHAR CHARACTER SET utf8mb4) AS text, CHAR_LENGTH(CAST(? AS CHAR CHARACTER SET utf8mb4)) AS length',
      ["Set charset: 'utf8mb4' at the DataSource, and leave typeCast and the like out of its extra."],
    )),
  ];
  for (const table of IMS_TABLES) problems.push(...(await findTableProblems(database, table)));
  return { problems, warnings, facts: { statementTimeoutMs: 0, losesCommits: false } };
}

async function findUnsafeCommits(database: ImsDatabase): Promise<string[]> {
  const [row] = await database.rows('SELECT @@innodb_flush_log_at_trx_commit AS flush_log');
  // Not every product has these.
  const binlog = await database.rows(
    "SHOW GLOBAL VARIABLES WHERE Variable_name = 'log_bin' OR Variable_name = 'sync_binlog'",
  );
  const settings = new Map(binlog.map(({ Variable_name: name, Value: value }) => [name, String(value)]));
  const synced = settings.get('sync_binlog');
  return [
    ...(Number(row?.flush_log) === 1
      ? []
      : [
          `innodb_flush_log_at_trx_commit is ${row?.flush_log}: a crash of the server loses up to a second of commits, so that messages ` +
            'are lost or sent twice. Set it to 1.',
        ]),
    ...(settings.get('log_bin') !== 'ON' || synced === undefined || synced === '1'
      ? []
      : [
          `sync_binlog is ${synced}: a crash of the server's machine undoes commits that its binary log lacks, so that messages are lost ` +
            'or sent twice. Set it to 1.',
        ]),
  ];
}

async function findTableProblems(database: ImsDatabase, table: ImsTable): Promise<Problem[]> {
  const { names } = database;
  const place = [names.schema, names.bare(table)];
  const where = 'WHERE table_schema = ? AND table_name = ?';
  const [engine] = await database.rows(`SELECT engine AS engine FROM information_schema.tables ${where}`, place);
  const columns = await database.rows(
    `SELECT column_name AS name, collation_name AS collation_name, character_set_name AS charset
     FROM information_schema.columns ${where} AND character_set_name IS NOT NULL`,
    place,
  );
  const parts = await database.rows(
    `SELECT index_name AS name, non_unique AS non_unique, column_name AS column_name
     FROM information_schema.statistics ${where}`,
    place,
  );
  if (!engine) return [];
  if (engine.engine === null)
    return [wrong(`${names.path(table)} is a view: the module needs a plain table, with its key and indexes.`)];
  return [
    ...(String(engine.engine) === 'InnoDB'
      ? []
      : [
          wrong(
            `Table ${names.path(table)} is kept by ${engine.engine}, which has no transactions: ALTER TABLE … ENGINE=InnoDB.`,
          ),
        ]),
    ...findColumnProblems(names.path(table), columns),
    ...findIndexProblems(names, table, indexesOf(parts)),
  ];
}

/** Not GROUP_CONCAT, which a server may cut short. */
function indexesOf(parts: readonly SqlRow[]): FoundIndex[] {
  return [...new Set(parts.map(({ name }) => String(name)))].map((name) => {
    const own = parts.filter((part) => part.name === name);
    return {
      name,
      isUnique: own.every((part) => Number(part.non_unique) === 0),
      columns: own
        .map((part) => String(part.column_name))
        .toSorted()
        .join(','),
    };
  });
}

function findColumnProblems(table: string, columns: readonly SqlRow[]): Problem[] {
  const fix = `ALTER TABLE ${table} CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;
  const merging = columns.filter(
    ({ name, collation_name: collation }) => IDS.has(String(name)) && !/_bin$|_cs$|^binary$/.test(String(collation)),
  );
  const narrow = columns.filter(({ charset }) => charset !== 'utf8mb4');
  return [
    ...(merging.length > 0
      ? [wrong(`Columns ${list(merging)} of ${table} take ids that differ in case for the same: ${fix}.`)]
      : []),
    ...(narrow.length > 0 ? [wrong(`Columns ${list(narrow)} of ${table} do not hold every character: ${fix}.`)] : []),
  ];
}

function list(columns: readonly SqlRow[]): string {
  return columns.map(({ name }) => name).join(', ');
}

function wrong(sentence: string): Problem {
  return { sentence, mayPass: false };
}
