import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';

/** How Node, `bindings` and V8 say that a module, or the native part of one, is not there or not for this machine. */
const NOT_LOADED =
  /^(?:ERR_)?MODULE_NOT_FOUND|^ERR_DLOPEN_FAILED|Could not locate the bindings file|NODE_MODULE_VERSION|invalid ELF header/;

/** What can be constructed, of what `database.driver` may be: a class, or a module whose default export is one. `null`: nothing. */
export function driverClass(driver: unknown): unknown {
  const found = typeof driver === 'object' && driver !== null && 'default' in driver ? driver.default : driver;
  return typeof found === 'function' ? found : null;
}

/**
 * The class that opens SQLite files: of the host's choice, or else `libsql`.
 *
 * @throws EmayImsOptionsError where `libsql` is not there for this machine
 */
export async function loadSqliteDriver(given: unknown): Promise<unknown> {
  if (given !== undefined && given !== null) return driverClass(given);
  try {
    return (await import('libsql')).default;
  } catch (error) {
    throw new EmayImsOptionsError(
      `EmayImsModule cannot start: libsql, which opens the SQLite file, does not load on ${process.platform}-${process.arch} ` +
        `(${firstLine(error)}). Its native part is an optional dependency (@libsql/…) for each platform: install on the platform that the ` +
        'application runs on, without --omit=optional or --no-optional, and do not copy node_modules from another one. Or give ' +
        'another better-sqlite3-compatible module as database.driver.',
    );
  }
}

/** What is wrong with the driver, where it is the driver that failed, not the file; otherwise `null`. */
export function driverProblem(error: unknown): string | null {
  // What a class lacks ends in a TypeError of the language; those of Node, about a path for example, have a code.
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  const isNoDriver = name === 'TypeError' && code === undefined;
  if (!isNoDriver && !NOT_LOADED.test(describeDriverError(error))) return null;
  return (
    `EmayImsModule cannot start: database.driver opens no SQLite file (${firstLine(error)}). Give a better-sqlite3-compatible class, ` +
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
