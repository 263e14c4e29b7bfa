import { setTimeout as pause } from 'node:timers/promises';
import { DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';

/** How long to wait for another process that migrates: a new index on a large table takes its time. */
const WAIT_MS = 10 * 60_000;
const POLL_MS = 50;

/** A lock of this name stands around all migrations of one database; ours take it too, see `CreateEmayIms…`. */
export const POSTGRES_MIGRATION_LOCK = "hashtextextended('emay_ims_migration', 0)";
const MYSQL_MIGRATION_LOCK = "CONCAT('emay_ims_migration.', LEFT(SHA2(DATABASE(), 256), 32))";

/**
 * Runs the pending migrations of a DataSource, the host's own included, one process at a time: any number of instances
 * may start at once. TypeORM's `migrationsRun: true` takes no lock, so of several first starts all but one may fail on the
 * `migrations` table that TypeORM makes for itself.
 *
 * - PostgreSQL and MySQL hold an advisory lock on the connection that migrates, so a process that dies gives it back and
 *   a pool of one is enough. Waiting is asking again, never a statement that hangs: that would keep
 *   `CREATE INDEX CONCURRENTLY` in the other process from ever finishing. Connect directly or through a pooler in
 *   session mode.
 * - SQLite migrates in one transaction that begins with the write lock; `SQLITE_BUSY` means: open it again.
 *
 * ```ts
 * TypeOrmModule.forRootAsync({
 *   useFactory: () => ({ type: 'postgres', url, entities: EMAY_IMS_ENTITIES, migrations: EMAY_IMS_MIGRATIONS }),
 *   dataSourceFactory: (options) => runEmayImsMigrations(new DataSource(options)),
 * })
 * ```
 *
 * @param dataSource is connected here where that has not been done yet, and closed again where migrating fails;
 *   `migrationsRun` is then ignored
 * @returns the same DataSource, connected and migrated
 * @throws EmayImsOptionsError when another process has been migrating for ten minutes; what a migration throws
 */
export async function runEmayImsMigrations(dataSource: DataSource): Promise<DataSource> {
  if (dataSource.isInitialized) {
    await migrate(dataSource);
    return dataSource;
  }
  await dataSource.setOptions({ migrationsRun: false }).initialize();
  try {
    await migrate(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

async function migrate(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await lockOf(dataSource)(runner, async (transaction) => {
      const executor = new MigrationExecutor(dataSource, runner);
      executor.transaction = transaction ?? dataSource.options.migrationsTransactionMode ?? 'all';
      await executor.executePendingMigrations();
    });
  } finally {
    await runner.release();
  }
}

type Lock = (runner: QueryRunner, work: (transaction?: 'none') => Promise<void>) => Promise<void>;

function lockOf(dataSource: DataSource): Lock {
  const { type } = dataSource.options;
  switch (type) {
    case 'postgres':
      return advisoryLock(
        `SELECT pg_try_advisory_lock(${POSTGRES_MIGRATION_LOCK})::int AS taken`,
        `SELECT pg_advisory_unlock(${POSTGRES_MIGRATION_LOCK})`,
      );
    case 'mysql':
    case 'mariadb':
      return advisoryLock(
        `SELECT GET_LOCK(${MYSQL_MIGRATION_LOCK}, 0) AS taken`,
        `SELECT RELEASE_LOCK(${MYSQL_MIGRATION_LOCK})`,
      );
    case 'better-sqlite3':
      return writeLock;
    default:
      throw new EmayImsOptionsError(
        `runEmayImsMigrations cannot migrate a DataSource of type "${type}". Use postgres, mysql or mariadb.`,
      );
  }
}

function advisoryLock(take: string, giveBack: string): Lock {
  return async (runner, work) => {
    const giveUpAt = performance.now() + WAIT_MS;
    for (;;) {
      const [row] = (await runner.query(take)) as { taken: number | string | null }[];
      if (Number(row?.taken) === 1) break;
      if (performance.now() > giveUpAt) {
        throw new EmayImsOptionsError(
          'The migrations have not been run: another process has been migrating this database for ten minutes. Wait ' +
            'until it is done, or end it, and start again.',
        );
      }
      await pause(POLL_MS);
    }
    try {
      await work();
    } finally {
      // A connection that is gone has given it back already.
      await runner.query(giveBack).catch(() => undefined);
    }
  };
}

const writeLock: Lock = async (runner, work) => {
  await runner.query('BEGIN IMMEDIATE');
  try {
    await work('none');
    await runner.query('COMMIT');
  } catch (error) {
    await runner.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
};
