import { basename } from 'node:path';
import { describeDatabase, sqlitePath } from './database-url.js';

/**
 * Where a sandbox keeps its messages: beside those of a real gateway, never among them, whatever database it is given. A
 * dispatcher can only submit what is in its own tables, so no message goes to the wrong gateway, and no id of a trial keeps a real
 * message from being sent.
 */
const DEFAULT_URL = 'sqlite:./data/sandbox.sqlite';
/** What file names and tables begin with. */
const MARK = 'sandbox';

/** On a server: tables of its own, and a record of its own of the migrations that made them. */
export const SANDBOX_TABLES = { entityPrefix: `${MARK}_`, migrationsTableName: `${MARK}_migrations` };

/** The database of a sandbox. @param given `undefined`: the variable is not set */
export function sandboxDatabaseUrl(given: string | undefined): string {
  if (given === undefined) return DEFAULT_URL;
  return sqlitePath(given) === null || isSandboxFile(given) ? given : given.replace(/[^/\\:]*$/, `${MARK}-$&`);
}

/** Whether it is a file that sandboxes make. */
export function isSandboxFile(url: string): boolean {
  return basename(sqlitePath(url) ?? '').startsWith(MARK);
}

/** Where a sandbox's messages are kept, for people. */
export function describeSandboxDatabase(url: string): string {
  const tables = sqlitePath(url) === null ? `, in tables of its own: ${SANDBOX_TABLES.entityPrefix}…` : '';
  return describeDatabase(url) + tables;
}
