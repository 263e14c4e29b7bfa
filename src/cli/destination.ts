import { constants } from 'node:fs';
import { access, open, readlink, realpath, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UsageError } from './command-errors.js';
import { errorCode } from './error-code.js';

/** Where a path leads that the user has named to be written. */
export interface Destination {
  /** Of a file: without links, so that what replaces it does not replace a link. */
  path: string;
  /** A file, there or not yet. A pipe or a device is somebody else's: it is written to, and nothing else about it changes. */
  isFile: boolean;
  isThere: boolean;
}

/** @throws with the code of the file system where it leads nowhere, or to a folder */
export async function destinationOf(path: string): Promise<Destination> {
  const there = await stat(path).catch(unlessMissing);
  if (there === null) return { path: await targetOf(path), isFile: true, isThere: false };
  if (there.isDirectory()) throw Object.assign(new Error('It is a folder'), { code: 'EISDIR' });
  const isFile = there.isFile();
  return { path: isFile ? await realpath(path) : path, isFile, isThere: true };
}

/**
 * Finds out whether a file can be written, and leaves it as it is; one that is not there is made and removed again.
 *
 * @throws UsageError where it cannot be
 */
export async function proveWritable(path: string, what: string, advice: string): Promise<void> {
  try {
    const destination = await destinationOf(path);
    if (!destination.isFile) return await access(path, constants.W_OK);
    const file = await open(destination.path, destination.isThere ? 'r+' : 'wx', 0o600);
    try {
      // As it is: it has to be possible.
      await file.chmod((await file.stat()).mode & 0o7777);
    } finally {
      await file.close();
      if (!destination.isThere) await rm(destination.path, { force: true });
    }
  } catch (error) {
    throw new UsageError(`${what} ${path} cannot be written (${errorCode(error)}): ${advice}`);
  }
}

/** Whether two paths lead to one file. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  const stats = await Promise.all([one, other].map((path) => stat(path, { bigint: true }).catch(() => null)));
  const [first, second] = stats;
  return one === other || (first?.ino !== undefined && first.ino === second?.ino && first.dev === second.dev);
}

/** What a link leads to that is not there yet; or else the path itself. */
async function targetOf(path: string): Promise<string> {
  const link = await readlink(path).catch(() => null);
  return link === null ? path : targetOf(resolve(await realpath(dirname(path)), link));
}

function unlessMissing(error: unknown): null {
  if (errorCode(error) === 'ENOENT') return null;
  throw error;
}
