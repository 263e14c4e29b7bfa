import type { ImsDatabase } from '../../database/ims-database.js';
import type { ServerFacts } from '../../database/sessions/server-sessions.js';
import { IMS_TABLES } from '../../database/table-names.js';
import { findIndexProblems } from './index-check.js';
import { findProductProblems } from './product-check.js';
import { findTextProblems } from './text-check.js';
import type { Findings, Problem } from './findings.js';

/** What is wrong with a PostgreSQL database, and what its sessions are like. */
export async function checkPostgres(database: ImsDatabase): Promise<Findings> {
  const [{ standby } = {}] = await database.rows('SELECT pg_is_in_recovery()::int AS standby');
  if (Number(standby) === 1) {
    const sentence =
      'It is a standby, which takes no writes: point the DataSource at the primary, or promote this one.';
    return { problems: [{ sentence, mayPass: true }], warnings: [], facts: null };
  }
  const unfit = await findProductProblems(database);
  if (unfit.length > 0) return { problems: unfit, warnings: [], facts: null };
  const settings = await readSettings(database);
  const facts: ServerFacts = {
    statementTimeoutMs: Number(settings.get('statement_timeout') ?? 0),
    losesCommits: losesCommits(settings),
  };
  const warnings: string[] = [];
  if (facts.losesCommits) {
    warnings.push(
      `synchronous_commit is ${settings.get('synchronous_commit')}: transactions of the module insist on their own commits being safe, ` +
        'and so do transactions of yours that it joins. What else you commit may be gone after a crash of the server.',
    );
  }
  if (settings.get('fsync') === 'off') {
    warnings.push('fsync is off: a crash of the server loses messages, and may have some sent twice. Set fsync = on.');
  }
  const problems = [
    ...(await findTextProblems(database, 'SELECT CAST(? AS text) AS text, char_length(CAST(? AS text)) AS length', [
      `Its encoding is ${settings.get('server_encoding')}: use a database with encoding UTF8.`,
    ])),
    ...(await findKindProblems(database)),
    ...(await findKeyProblems(database)),
    ...(await findCollationProblems(database)),
  ];
  return { problems, warnings, facts };
}

/** Each by itself: the view of all settings may be closed to our user. */
async function readSettings(database: ImsDatabase): Promise<ReadonlyMap<string, string>> {
  const names = ['synchronous_commit', 'synchronous_standby_names', 'fsync', 'server_encoding'];
  const columns = names.map((name) => `current_setting('${name}') AS ${name}`);
  // It has a unit of its own: 90s.
  columns.push(
    "(EXTRACT(EPOCH FROM current_setting('statement_timeout')::interval) * 1000)::bigint AS statement_timeout",
  );
  const [row = {}] = await database.rows(`SELECT ${columns.join(', ')}`);
  return new Map(Object.entries(row).map(([name, value]) => [name, String(value)]));
}

/** `local` is safe where there is no standby to wait for. */
function losesCommits(settings: ReadonlyMap<string, string>): boolean {
  const level = settings.get('synchronous_commit');
  return level === 'off' || (level === 'local' && settings.get('synchronous_standby_names') !== '');
}

/** Whether policies let the user do everything with every row of table `c`, as where row-level security is switched on for all tables. */
const SHOWS_ALL = `(SELECT bool_and(p.polpermissive) AND bool_or(p.polcmd = '*' AND pg_get_expr(p.polqual, p.polrelid) = 'true'
    AND COALESCE(pg_get_expr(p.polwithcheck, p.polrelid), 'true') = 'true'
    AND EXISTS (SELECT 1 FROM unnest(p.polroles) AS r (oid) WHERE r.oid = 0 OR pg_has_role(r.oid, 'USAGE')))
  FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid)`;

/**
 * Our statements find a row again by where it lies (`ctid`), which is no single place in a table of several parts. Where a policy hides
 * rows, no statement fails: messages are just never found.
 */
async function findKindProblems(database: ImsDatabase): Promise<Problem[]> {
  const { names } = database;
  const problems: Problem[] = [];
  for (const table of IMS_TABLES) {
    const [found] = await database.rows(
      `SELECT (c.relkind = 'r' AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid))::int AS is_plain,
         (c.relpersistence = 'p')::int AS is_logged, (row_security_active(c.oid) AND ${SHOWS_ALL} IS NOT TRUE)::int AS may_hide_rows
       FROM pg_catalog.pg_class c WHERE c.oid = to_regclass(?)`,
      [names.table(table)],
    );
    const where = `Table ${names.path(table)}`;
    const sentences = [
      ...(Number(found?.is_plain) === 1
        ? []
        : [
            `${where} has parts or is a view: the module needs one plain table, neither partitioned nor inherited from.`,
          ]),
      ...(Number(found?.is_logged) === 1
        ? []
        : [`${where} is unlogged, so that a crash of the server empties it: ALTER TABLE … SET LOGGED.`]),
      ...(Number(found?.may_hide_rows) === 1
        ? [
            `Row-level security may hide rows of ${names.path(table)} from its user: disable it there, or give the user BYPASSRLS.`,
          ]
        : []),
    ];
    problems.push(...sentences.map((sentence) => ({ sentence, mayPass: false })));
  }
  return problems;
}

async function findKeyProblems(database: ImsDatabase): Promise<Problem[]> {
  const { names } = database;
  const problems: Problem[] = [];
  for (const table of IMS_TABLES) {
    const found = await database.rows(
      `SELECT c.relname AS name, (i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL)::int AS is_unique,
         (SELECT string_agg(a.attname, ',' ORDER BY a.attname COLLATE "C") FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)) AS columns
       FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
       WHERE i.indrelid = to_regclass(?) AND i.indisvalid`,
      [names.table(table)],
    );
    const indexes = found.map(({ name, is_unique: isUnique, columns }) => ({
      name: String(name),
      isUnique: Number(isUnique) === 1,
      columns: String(columns),
    }));
    problems.push(...findIndexProblems(names, table, indexes));
  }
  return problems;
}

/** Such a collation takes different ids for the same. */
async function findCollationProblems(database: ImsDatabase): Promise<Problem[]> {
  const tables = IMS_TABLES.map((table) => database.names.table(table));
  const collated = await database.rows(
    `SELECT c.relname AS name, a.attname AS column_name FROM pg_catalog.pg_attribute a
     JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
     WHERE NOT l.collisdeterministic AND a.attrelid IN (${tables.map(() => 'to_regclass(?)').join(', ')})`,
    tables,
  );
  return collated.map(({ name, column_name: column }) => ({
    sentence: `Column ${column} of ${name} has a nondeterministic collation, which takes different ids for the same: give it a deterministic one.`,
    mayPass: false,
  }));
}
