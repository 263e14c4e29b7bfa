import { stat, statfs } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { trialWrite } from '../../config/writable-folder.js';
import { errorCode } from '../error-code.js';
import { fail, notVerified, ok, type Check } from './check.js';

const MINIMUM_NODE = [20, 19] as const;
const MINIMUM_FREE_BYTES = 200 * 1024 * 1024;
const GIBIBYTE = 1024 ** 3;

/** @param version such as `20.19.0` */
export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [neededMajor, neededMinor] = MINIMUM_NODE;
  const isEnough = major > neededMajor || (major === neededMajor && minor >= neededMinor);
  if (isEnough) return ok('node', version);
  return fail('node', version, `Install Node ${MINIMUM_NODE.join('.')} or newer.`);
}

/** Whether report batches could be spooled while the database is away. */
export async function checkSpool(path: string): Promise<Check> {
  const folder = nearestFolder(path);
  try {
    await trialWrite(folder);
    return ok(
      'spool folder',
      folder === resolve(path) ? `${path}: can be written` : `${path}: can be made when needed`,
    );
  } catch (error) {
    return fail(
      'spool folder',
      `${path}: cannot be written (${errorCode(error)})`,
      'Set EMAY_IMS_SPOOL_PATH to a folder this user may write to: it keeps reports while the database is away.',
    );
  }
}

/** Whether there is room where the files are, once for each disk. */
export async function checkDisks(paths: readonly string[]): Promise<Check[]> {
  const folders = new Map<number, string>();
  for (const folder of paths.map(nearestFolder)) {
    const { dev } = await stat(folder);
    if (!folders.has(dev)) folders.set(dev, folder);
  }
  return Promise.all([...folders.values()].map(checkDisk));
}

async function checkDisk(folder: string): Promise<Check> {
  try {
    const { bavail, bsize } = await statfs(folder);
    const free = `${((bavail * bsize) / GIBIBYTE).toFixed(1)} GiB free in ${folder}`;
    if (bavail * bsize >= MINIMUM_FREE_BYTES) return ok('disk', free);
    return fail('disk', free, 'Make room: without it messages and reports cannot be stored.');
  } catch (error) {
    return notVerified('disk', `${folder}: free space is not told (${errorCode(error)})`);
  }
}

/** The folder itself, or the one in which it would be made. */
function nearestFolder(path: string): string {
  let folder = resolve(path);
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}
