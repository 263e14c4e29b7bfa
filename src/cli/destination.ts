import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, open, readlink, realpath, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { errorCode } from './error-code.js';

/** Where a path leads that the user has named to be written. */
export interface Destination {
  /** Of a file: without links, so that what replaces it does not replace a link. */
  path: string;
  /** A file, there or not yet. A pipe or a device is somebody else's: it is written to, and nothing else about it changes. */
  isFile: boolean;
}

/** @throws with the code of the file system where it leads nowhere, or to a folder */
export async function destinationOf(path: string): Promise<Destination> {
  const there = await stat(path).catch(unlessMissing);
  if (there === null) return { path: await targetOf(path), isFile: true };
  if (there.isDirectory()) throw Object.assign(new Error('It is a folder'), { code: 'EISDIR' });
  const isFile = there.isFile();
  return { path: isFile ? await realpath(path) : path, isFile };
}

/** Where a file is written until it is whole; what is no file is written to directly. */
export function placeOf({ path, isFile }: Destination): string {
  return isFile ? `${path}.part` : path;
}

/**
 * Finds out whether a destination can be written, and leaves all as it is. A file that is not there is not made to find out: another run
 * may be about to make it, and would lose it to us. One of a name that nobody else has shows what the folder allows.
 *
 * @throws with the code of the file system where it cannot be
 */
export async function proveWritable(destination: Destination): Promise<void> {
  if (!destination.isFile) return access(destination.path, constants.W_OK);
  const areThere = [await isWritable(destination.path), await isWritable(placeOf(destination))];
  if (areThere.includes(false)) await proveMakeable(join(dirname(destination.path), `.${randomUUID()}`));
}

/** `false` where there is no file. */
async function isWritable(path: string): Promise<boolean> {
  const file = await open(path, 'r+').catch(unlessMissing);
  await file?.close();
  return file !== null;
}

async function proveMakeable(path: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  await file.close();
  await rm(path);
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
