import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import { sqlite } from './dialects/sqlite.js';

/** How Node, `bindings` and V8 say that a module, or the native part of one, is not there or not for this machine. */
const NOT_LOADED =
  /^(?:ERR_)?MODULE_NOT_FOUND|^ERR_DLOPEN_FAILED|Could not locate the bindings file|NODE_MODULE_VERSION|invalid ELF header/;
const DEFAULT_DRIVER = 'libsql';

/** A driver of SQLite files: loaded here for those who read, and once more in the thread that writes. */
export interface SqliteDriver {
  /** Of its module; absolute. */
  readonly path: string;
  /** `better-sqlite3`-compatible, if it is what it should be. */
  readonly Database: unknown;
}

/**
 * The driver of the host's choice, or else `libsql`.
 *
 * @param given name or path of a module, or the URL of its file
 * @throws EmayImsOptionsError where it does not load: `libsql` is not there for this machine, or the name leads nowhere
 */
export function loadSqliteDriver(given: string | undefined): SqliteDriver {
  if (typeof given === 'string') {
    try {
      return load(pathOf(given));
    } catch (error) {
      throw new EmayImsOptionsError(refusal(error));
    }
  }
  try {
    return load(resolveFrom([OWN_FILE, ...HOST_FILES()], DEFAULT_DRIVER));
  } catch (error) {
    throw new EmayImsOptionsError(
      `EmayImsModule cannot start: libsql, which opens the SQLite file, does not load on ${process.platform}-${process.arch} ` +
        `(${firstLine(error)}). Its native part is an optional dependency (@libsql/…) for each platform: install on the platform that the ` +
        'application runs on, without --omit=optional or --no-optional, and do not copy node_modules from another one. Or name ' +
        'another better-sqlite3-compatible module as database.driver.',
    );
  }
}

/** By `require`: jest, too, finds each kind of module with it, and it takes a path on Windows. */
function load(path: string): SqliteDriver {
  const loaded: unknown = createRequire(path)(path);
  const isWrapped = typeof loaded === 'object' && loaded !== null && 'default' in loaded;
  return { path, Database: isWrapped ? loaded.default : loaded };
}

/** A bundler may have put anything in the place of `import.meta.url`, or nothing. */
const OWN_FILE: string | undefined = import.meta.url;
/** Whose dependencies a driver is among: of the folder the application was started in, or of its main file. */
const HOST_FILES = () => [join(process.cwd(), 'package.json'), process.argv[1]];

function pathOf(given: string): string {
  if (given.startsWith('file:')) return fileURLToPath(given);
  if (isAbsolute(given)) return given;
  return resolveFrom([...HOST_FILES(), OWN_FILE], /^\.{1,2}[\\/]/.test(given) ? resolve(given) : given);
}

/** @throws what the first of them says, where none knows the module */
function resolveFrom(files: readonly (string | undefined)[], name: string): string {
  let failure: unknown;
  for (const file of files) {
    try {
      return createRequire(file as string).resolve(name);
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

/** A connection of such a driver, as far as it is used past TypeORM. */
export interface SqliteHandle {
  pragma(text: string): unknown;
  prepare(sql: string): { get(): unknown };
  close(): unknown;
}

/**
 * Before 3.42, SQLite takes 'subsec' for a time that it cannot read, so that each of our times is NULL, without an error.
 *
 * @throws EmayImsOptionsError where the driver is linked to such a version
 */
export function assertTellsTime(connection: SqliteHandle): void {
  const ask = (sql: string) => connection.prepare(`SELECT ${sql} AS answer`).get() as { answer: unknown };
  const { answer: version } = ask('sqlite_version()');
  try {
    if (Number(ask(sqlite.now).answer) > 0) return;
  } catch (error) {
    if (!/no such function/.test(describeDriverError(error))) throw error;
  }
  throw new EmayImsOptionsError(
    `EmayImsModule cannot start: database.driver has SQLite ${String(version)}; 3.42 or later is needed. Update the module it names ` +
      '(or the system’s SQLite, where it is linked to that), or leave database.driver out: libsql is used then.',
  );
}

/** What is wrong with the driver, where it is the driver that failed, not the file; otherwise `null`. */
export function driverProblem(error: unknown): string | null {
  // What a class lacks ends in a TypeError of the language; those of Node, about a path for example, have a code.
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  const isNoDriver = name === 'TypeError' && code === undefined;
  return isNoDriver || NOT_LOADED.test(describeDriverError(error)) ? refusal(error) : null;
}

function refusal(error: unknown): string {
  return (
    `EmayImsModule cannot start: database.driver opens no SQLite file (${firstLine(error)}). Name a better-sqlite3-compatible module, ` +
    'installed with its native part for this platform and this Node (npm rebuild), or leave database.driver out: libsql is used then.'
  );
}

/** Code and message; native drivers throw errors that are not of this realm's `Error`. */
export function describeDriverError(error: unknown): string {
  const { code = '', message = '' } = (error ?? {}) as { code?: unknown; message?: unknown };
  return `${String(code)} ${String(message)}`.trim();
}

/** Node goes on with a list of who asked for the module. */
function firstLine(error: unknown): string {
  return describeDriverError(error).split('\n', 1)[0] ?? '';
}
