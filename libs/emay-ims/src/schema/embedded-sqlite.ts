import { resolve } from 'node:path';
import type { DataSourceOptions } from 'typeorm';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import { cureOf } from '../errors/store-failure-cures.js';
import { EmbeddedSqliteSource, releaseFiles } from '../database/embedded-sqlite-source.js';
import { EMAY_IMS_ENTITIES } from './entities.js';
import { EMAY_IMS_MIGRATIONS } from './migrations/index.js';
import { runEmayImsMigrations } from './run-migrations.js';
import {
  assertTellsTime,
  describeDriverError,
  driverProblem,
  loadSqliteDriver,
  type SqliteHandle,
} from '../database/sqlite-driver.js';
import { makePrivate } from '../database/sqlite-files.js';
import { retry } from '../time/retry.js';

/** How long opening waits for another process that migrates the same file. */
const OPENING_MS = 30_000;

/**
 * No waiting inside SQLite: here it would block the process, which may be the one that holds the lock. WAL with `synchronous=FULL`:
 * what is committed survives a power cut. TypeORM turns foreign keys on for its connection, so they are on for the other.
 */
const PRAGMAS = ['busy_timeout = 0', 'journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON'];

/**
 * Opens an SQLite file, and migrates it. The file is its owner's alone.
 *
 * @param driver name or path of a `better-sqlite3`-compatible module; default: `libsql`, whose binaries ship in the npm registry.
 */
export async function openEmbeddedSqlite(given: string, driver?: string): Promise<EmbeddedSqliteSource> {
  const path = resolve(given);
  const { path: driverPath, Database } = loadSqliteDriver(driver);
  const options: DataSourceOptions = {
    type: 'better-sqlite3',
    database: path,
    driver: Database,
    entities: EMAY_IMS_ENTITIES,
    migrations: EMAY_IMS_MIGRATIONS,
    migrationsTableName: 'emay_ims_migration',
    prepareDatabase: (connection: SqliteHandle) => {
      try {
        assertTellsTime(connection);
        for (const pragma of PRAGMAS) connection.pragma(pragma);
      } catch (error) {
        connection.close(); // TypeORM forgets a connection that could not be prepared.
        throw error;
      }
    },
  };
  const openOnce = async () => {
    makePrivate(path);
    const source = new EmbeddedSqliteSource(options);
    await runEmayImsMigrations(source);
    try {
      await source.handOver({ path, driver: driverPath, pragmas: PRAGMAS });
    } catch (error) {
      await source.destroy();
      throw error;
    }
    return source;
  };
  try {
    return await retry(openOnce, {
      mayPass: isContended,
      limitMs: () => OPENING_MS,
      pauseMs: () => 50 + Math.random() * 100,
    });
  } catch (error) {
    await releaseFiles();
    throw error instanceof EmayImsOptionsError ? error : cannotOpen(given, error);
  }
}

/** Closes both connections, and the file with the second: the last connection of all to close it takes its log in. */
export async function closeEmbeddedSqlite(source: EmbeddedSqliteSource): Promise<void> {
  try {
    await source.closeReader();
    await releaseFiles();
  } finally {
    await source.connection.close();
  }
}

/** Whether somebody else holds the file, or has just made the tables that we set out to make. */
function isContended(error: unknown): boolean {
  return /SQLITE_BUSY|database is locked|table \S+ already exists|UNIQUE constraint failed: emay_ims_migration/.test(
    describeDriverError(error),
  );
}

function cannotOpen(path: string, error: unknown): EmayImsOptionsError {
  return new EmayImsOptionsError(
    driverProblem(error) ??
      `EmayImsModule cannot start: the SQLite file database.path '${path}' cannot be opened (${describeDriverError(error)}). ${whatToDo(error)}`,
  );
}

function whatToDo(error: unknown): string {
  if (isContended(error))
    return 'Another process has been holding it for too long: end that, or wait until it is done.';
  const [code = ''] = /^(SQLITE_FULL|SQLITE_CORRUPT|ENOSPC)/.exec(describeDriverError(error)) ?? [];
  const cure =
    cureOf(code) ?? 'Write the path of a file that this process may create or write, in a folder it may write to';
  return `${cure}.`;
}
