import { existsSync } from 'node:fs';
import libsql from 'libsql';
import { EMAY_IMS_MIGRATIONS } from 'nestjs-emay-ims';
import { DataSource, MigrationExecutor } from 'typeorm';
import { describeDatabase, sqlitePath } from '../config/database-url.js';
import { StartError } from '../start/start-error.js';

/** The migrations of this release that have not run, by name. Changes nothing. */
export async function pendingMigrations(source: DataSource): Promise<string[]> {
  return (await new MigrationExecutor(source).getPendingMigrations()).map(({ name }) => name);
}

/**
 * Refuses a server's database whose tables this release would have to make or update: some updates need every instance stopped.
 *
 * @throws StartError that says what to do
 */
export async function assertMigrated(source: DataSource, url: string): Promise<DataSource> {
  const pending = await pendingMigrations(source);
  if (pending.length > 0) throw behind(pending, url);
  return source;
}

/**
 * The same of an SQLite file, which the module would update as it opens it. One that is not there, or empty, is made: nobody works with it.
 *
 * @throws StartError
 */
export async function assertFileMigrated(url: string): Promise<void> {
  const path = sqlitePath(url);
  if (path === null || !existsSync(path)) return;
  const source = new DataSource({
    type: 'better-sqlite3',
    database: path,
    driver: libsql,
    migrations: EMAY_IMS_MIGRATIONS,
    migrationsTableName: 'emay_ims_migration',
  });
  // What cannot be read, the module says better.
  const pending = await source
    .initialize()
    .then(pendingMigrations)
    .catch(() => []);
  if (source.isInitialized) await source.destroy();
  if (pending.length > 0 && pending.length < EMAY_IMS_MIGRATIONS.length) throw behind(pending, url);
}

function behind(pending: readonly string[], url: string): StartError {
  const place = describeDatabase(url);
  const found =
    pending.length === EMAY_IMS_MIGRATIONS.length
      ? `There are no tables in ${place} yet. Where EMAY_IMS_DATABASE_URL is right, \`migrate\` makes them, or the start of the service does.`
      : `The tables in ${place} are of an earlier release (pending: ${pending.join(', ')}). docs/upgrading.md says whether every ` +
        'instance must be stopped for that; then `migrate` updates them.';
  return new StartError(found, 'SCHEMA_BEHIND');
}
