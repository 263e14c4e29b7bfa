import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { GuardedLogger } from '../../diagnostics/index.js';
import { EmayImsOptionsError, EmayImsStoreError } from '../../errors/emay-ims-errors.js';
import { ImsDatabase, type ImsDatabaseSettings } from '../../database/ims-database.js';
import { withoutData } from '../../database/store-failure.js';
import { placeOf, TableNames, type PinnedPlace } from '../../database/table-names.js';
import { withinDeadline } from '../../database/within-deadline.js';
import type { Findings } from './findings.js';
import { checkMysql } from './mysql-check.js';
import { checkPostgres } from './postgres-check.js';
import { findSchemaProblems } from './schema-check.js';
import { tablesElsewhere, type Query } from './table-place.js';

const LOOK_AGAIN_MS = 250;

/** What the start goes by. */
export interface StartOptions {
  account: string;
  /** Name of the host's DataSource. */
  dataSource: string;
  /** The host's DataSource: its options, and its own connections, say where the tables lie. */
  host: DataSource;
  /** Our own connections to the same database. */
  own: DataSource;
  limits: ImsDatabaseSettings['limits'];
  pinned: PinnedPlace;
  startTimeoutMs: number;
}

/**
 * Proves, on the connections that it will use, that a database has all that this release needs. What may pass by itself (a
 * migration under way, a standby that is being promoted) is waited for.
 *
 * @throws EmayImsOptionsError with a sentence for each thing that is wrong
 */
export async function openServerDatabase(start: StartOptions): Promise<ImsDatabase> {
  const { account, host, own, limits, startTimeoutMs } = start;
  const logger = GuardedLogger.of(account);
  const names = await resolveNames(start);
  const settings = { names, limits, host };
  const database = new ImsDatabase(own, settings);
  const giveUpAt = performance.now() + startTimeoutMs;
  for (let isFirst = true; ; isFirst = false) {
    const { problems, warnings, facts } = await look(database, (sql) => ask(start, sql));
    if (problems.length === 0) {
      for (const warning of warnings) logger.warn(`The database ${warning}`, { account });
      return facts === null ? database : new ImsDatabase(own, { ...settings, facts });
    }
    const sentences = [...new Set(problems.map(({ sentence }) => sentence))].join(' ');
    if (!problems.every(({ mayPass }) => mayPass) || performance.now() > giveUpAt) throw refusal(start, sentences);
    if (isFirst) {
      logger.warn(`Waiting up to ${startTimeoutMs} ms for the database: ${sentences}`, { account });
    }
    await pause(LOOK_AGAIN_MS);
  }
}

async function look(database: ImsDatabase, query: Query): Promise<Findings> {
  try {
    const schema = await findSchemaProblems(database);
    if (schema.length > 0) {
      const elsewhere = schema.some(({ mayPass }) => mayPass) ? await tablesElsewhere(database.names, query) : null;
      const problems = elsewhere === null ? schema : [{ sentence: elsewhere, mayPass: false }];
      return { problems, warnings: [], facts: null };
    }
    return await (database.dialect.name === 'postgres' ? checkPostgres(database) : checkMysql(database));
  } catch (error) {
    if (!(error instanceof EmayImsStoreError)) throw error;
    return { problems: [{ sentence: error.message, mayPass: true }], warnings: [], facts: null };
  }
}

/** Names that lead to the same tables on any connection, whatever its search path or current database. */
async function resolveNames(start: StartOptions): Promise<TableNames> {
  const { host, pinned } = start;
  const { type } = host.options;
  const { schema, rename } = placeOf(host, pinned);
  if (schema !== null) return new TableNames(type, schema, rename);
  const isPostgres = type === 'postgres';
  const sql = isPostgres ? 'SELECT current_schema() AS place' : 'SELECT DATABASE() AS place';
  const [row] = (await ask(start, sql)) as { place: string | null }[];
  if (!row?.place) {
    throw refusal(start, `It has no current ${isPostgres ? 'schema' : 'database'}: name one in its options.`);
  }
  return new TableNames(type, row.place, rename);
}

/** Asks on a connection of the host: what its transactions see is what counts. */
async function ask({ host, limits }: StartOptions, sql: string): Promise<unknown> {
  const asked = withoutData(() => host.query<unknown>(sql));
  return withinDeadline(
    asked,
    limits.poolTimeoutMs + limits.statementTimeoutMs,
    () => new EmayImsStoreError('STATEMENT_TIMEOUT'),
  );
}

function refusal({ dataSource }: StartOptions, sentences: string): EmayImsOptionsError {
  return new EmayImsOptionsError(
    `EmayImsModule cannot start: the database of DataSource "${dataSource}" will not do. ${sentences}`,
  );
}
