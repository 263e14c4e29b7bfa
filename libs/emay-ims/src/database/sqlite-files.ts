import { chmodSync, closeSync, openSync, realpathSync, statSync, type BigIntStats } from 'node:fs';
import { dirname } from 'node:path';
import { GuardedLogger } from '../diagnostics/index.js';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import { makeFolder } from './make-folder.js';

/** Windows has no such modes, and lets nobody delete or replace a file that SQLite has open. */
const IS_WINDOWS = process.platform === 'win32';
/** SQLite gives the others the mode of the first as it makes them, and keeps them where that really is. */
const SUFFIXES = ['', '-wal', '-shm', '-journal'];
const FOR_OTHERS = 0o007n;

/**
 * Makes the file for its owner alone, and the folders that are missing: it holds numbers and texts, whatever the umask.
 *
 * - An existing one that everybody may read or write, as an earlier release made it, becomes its owner's alone as well. One that
 *   only its group may is left: somebody has decided that.
 */
export function makePrivate(path: string): void {
  makeFolder(dirname(path));
  if (IS_WINDOWS) return;
  // Only where there is none: closing a file that SQLite has open in this process would give up its locks.
  if (!look(path)) closeSync(openSync(path, 'a', 0o600));
  const real = realpathSync(path);
  for (const suffix of SUFFIXES) tighten(real + suffix);
}

function tighten(path: string): void {
  const found = look(path);
  if (!found || !found.isFile() || (found.mode & FOR_OTHERS) === 0n) return;
  const logger = new GuardedLogger('EmayImsModule');
  try {
    chmodSync(path, 0o600);
    logger.warn(`${path} could be read or written by everybody on this machine: it is its owner's alone now (0600).`);
  } catch {
    logger.warn(`${path} holds numbers and texts, and everybody on this machine may read or write it: chmod 600 it.`);
  }
}

/** A file by its name, and which one that was. */
export interface OpenedFile {
  path: string;
  dev: bigint;
  ino: bigint;
}

/**
 * The files of a database as they were opened. SQLite goes on writing to a file that was deleted or replaced, where nobody
 * will ever find what it stores.
 */
export class OpenedFiles {
  readonly files: readonly OpenedFile[];

  /** @param path absolute; its connection stays open for as long as this is asked, so none of the files goes by itself */
  constructor(path: string) {
    const real = realpathSync(path);
    // By the name that was given: a link may be turned to another file.
    const watched = IS_WINDOWS ? [] : [path, `${real}-wal`, `${real}-shm`];
    this.files = watched.flatMap((each) => {
      const found = look(each);
      return found ? [{ path: each, dev: found.dev, ino: found.ino }] : [];
    });
  }

  /** @throws EmayImsStoreError where one of them is not there any more, or another one is */
  assertInPlace(): void {
    for (const { path, dev, ino } of this.files) {
      const found = look(path);
      // SQLite's own name for it, where it notices.
      if (found?.ino !== ino || found.dev !== dev) throw new EmayImsStoreError('SQLITE_READONLY_DBMOVED');
    }
  }
}

/** `undefined`: there is none, or nobody lets us look. */
function look(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
