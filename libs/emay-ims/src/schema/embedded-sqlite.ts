import { setTimeout as pause } from 'node:timers/promises';
import { resolve } from 'node:path';
import type { DataSourceOptions } from 'typeorm';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import { cureOf } from '../errors/store-failure-cures.js';
import { EmbeddedSqliteSource, releaseFiles } from '../database/embedded-sqlite-source.js';
import { EMAY_IMS_ENTITIES } from './entities.js';
import { EMAY_IMS_MIGRATIONS } from './migrations/index.js';
import { runEmayImsMigrations } from './run-migrations.js';
import { describeDriverError, driverProblem, loadSqliteDriver } from '../database/sqlite-driver.js';
import { makePrivate } from '../database/sqlite-files.js';

interface SqliteConnection {
  pragma(text: string): unknown;
  close(): unknown;
}

/** How long opening waits for another process that migrates the same file. */
const OPENING_MS = 30_000;

/**
 * Opens an SQLite file in a connection of our own, made for not losing anything: WAL with `synchronous=FULL`, so what
 * is committed survives a power cut. The file is its owner's alone.
 *
 * @param driver a `better-sqlite3`-compatible module; default: `libsql`, whose binaries ship in the npm registry.
 */
export async function openEmbeddedSqlite(path: string, driver?: unknown): Promise<EmbeddedSqliteSource> {
  return open(path, driver, false);
}

/**
 * A second connection to the same file for those who read messages through TypeORM. It cannot write: a transaction of
 * theirs on our connection would swallow our rows, and its rollback would lose them.
 */
export async function openEmbeddedSqliteReader(path: string, driver?: unknown): Promise<EmbeddedSqliteSource> {
  return open(path, driver, true);
}

/** Closes connections, in this order, and their files with the last. */
export async function closeEmbeddedSqlite(sources: readonly EmbeddedSqliteSource[]): Promise<void> {
  const failures: unknown[] = [];
  for (const source of sources) await source.destroy().catch((error: unknown) => failures.push(error));
  await releaseFiles();
  if (failures.length > 0) throw failures[0];
}

async function open(given: string, driver: unknown, readOnly: boolean): Promise<EmbeddedSqliteSource> {
  const path = resolve(given);
  const options: DataSourceOptions = {
    type: 'better-sqlite3',
    database: path,
    driver: await loadSqliteDriver(driver),
    entities: EMAY_IMS_ENTITIES,
    migrations: readOnly ? [] : EMAY_IMS_MIGRATIONS,
    migrationsTableName: 'emay_ims_migration',
    prepareDatabase: (connection: SqliteConnection) => {
      try {
        // No waiting inside SQLite: that would block this process, which may be the one that holds the lock.
        connection.pragma('busy_timeout = 0');
        connection.pragma('journal_mode = WAL');
        connection.pragma('synchronous = FULL');
        if (readOnly) connection.pragma('query_only = ON');
      } catch (error) {
        connection.close(); // TypeORM forgets a connection that could not be prepared.
        throw error;
      }
    },
  };
  const giveUpAt = performance.now() + OPENING_MS;
  for (;;) {
    try {
      makePrivate(path);
      const source = new EmbeddedSqliteSource(options);
      await (readOnly ? source.initialize() : runEmayImsMigrations(source));
      source.watch(path);
      return source;
    } catch (error) {
      if (isContended(error) && performance.now() < giveUpAt) await pause(50 + Math.random() * 100);
      else {
        await releaseFiles();
        throw cannotOpen(given, error);
      }
    }
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
