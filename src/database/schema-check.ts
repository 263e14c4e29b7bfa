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
 * Refuses tables of an earlier release: some updates need every instance stopped. Where there are none, nobody works with them.
 *
 * @throws StartError that says what to do
 */
export async function assertNotBehind(source: DataSource, url: string): Promise<void> {
  const pending = await pendingMigrations(source);
  if (pending.length === 0 || pending.length === EMAY_IMS_MIGRATIONS.length) return;
  throw new StartError(
    `The tables in ${describeDatabase(url)} are of an earlier release (pending: ${pending.join(', ')}). docs/upgrading.md says ` +
      'whether every instance must be stopped for that; then `migrate` updates them.',
    'SCHEMA_BEHIND',
  );
}

/** The same of an SQLite file, which the module would update as it opens it. @throws StartError */
export async function assertFileNotBehind(url: string): Promise<void> {
  const path = sqlitePath(url);
  if (path === null || !existsSync(path)) return;
  const source = new DataSource({
    type: 'better-sqlite3',
    database: path,
    driver: libsql,
    migrations: EMAY_IMS_MIGRATIONS,
    migrationsTableName: 'emay_ims_migration',
  });
  try {
    await source.initialize();
    await assertNotBehind(source, url);
  } catch (error) {
    if (error instanceof StartError) throw error;
    // Whoever holds it may be updating it. What cannot be read at all, the module says better.
    const { code } = Object(error) as { code?: unknown };
    if (/^SQLITE_(BUSY|LOCKED)/.test(String(code)))
      throw new StartError(
        `${describeDatabase(url)} is locked by another process (${String(code)}): try again.`,
        String(code),
      );
  } finally {
    if (source.isInitialized) await source.destroy();
  }
}
