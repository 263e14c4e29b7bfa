import { setTimeout as pause } from 'node:timers/promises';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import { EMAY_IMS_ENTITIES } from './entities.js';
import { EMAY_IMS_MIGRATIONS } from './migrations/index.js';

interface SqliteConnection {
  pragma(text: string): unknown;
}

/** How long opening waits for another process that migrates the same file. */
const OPENING_MS = 30_000;

/**
 * Opens an SQLite file in a connection of our own, made for not losing anything: WAL with `synchronous=FULL`, so what
 * is committed survives a power cut.
 *
 * @param driver a `better-sqlite3`-compatible module; default: `libsql`, whose binaries ship in the npm registry.
 */
export async function openEmbeddedSqlite(path: string, driver?: unknown): Promise<DataSource> {
  return open(path, driver, false);
}

/**
 * A second connection to the same file for those who read messages through TypeORM. It cannot write: a transaction of
 * theirs on our connection would swallow our rows, and its rollback would lose them.
 */
export async function openEmbeddedSqliteReader(path: string, driver?: unknown): Promise<DataSource> {
  return open(path, driver, true);
}

async function open(path: string, driver: unknown, readOnly: boolean): Promise<DataSource> {
  if (path === ':memory:') {
    throw new EmayImsOptionsError(
      "database.path ':memory:' would lose every message with the process: give a file, e.g. './data/ims.sqlite'.",
    );
  }
  const options: DataSourceOptions = {
    type: 'better-sqlite3',
    database: path,
    driver: driver ?? (await import('libsql')).default,
    entities: EMAY_IMS_ENTITIES,
    migrations: readOnly ? [] : EMAY_IMS_MIGRATIONS,
    migrationsTableName: 'emay_ims_migration',
    migrationsRun: !readOnly,
    prepareDatabase: (connection: SqliteConnection) => {
      // No waiting inside SQLite: that would block this process, which may be the one that holds the lock.
      connection.pragma('busy_timeout = 0');
      connection.pragma('journal_mode = WAL');
      connection.pragma('synchronous = FULL');
      if (readOnly) connection.pragma('query_only = ON');
    },
  };
  const giveUpAt = performance.now() + OPENING_MS;
  for (;;) {
    try {
      return await new DataSource(options).initialize();
    } catch (error) {
      const isBusy =
        error instanceof Error && /SQLITE_BUSY|database is locked/.test(`${error.message} ${codeOf(error)}`);
      if (!isBusy || performance.now() > giveUpAt) throw error;
      await pause(50 + Math.random() * 100);
    }
  }
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}
