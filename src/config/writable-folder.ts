import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from './error-code.js';

/**
 * Makes a folder, its owner's alone, with those above it. Throws the disk's error: level by level, as Node's own
 * `recursive` never comes back from a place such as `/proc`.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
}

/**
 * Writes a file in a folder, in one of its own there, as others read what lies in the folder; takes both away again.
 * Throws the disk's error.
 */
export async function trialWrite(folder: string): Promise<void> {
  const trial = await mkdtemp(join(folder, 'trial-'));
  try {
    const file = await open(join(trial, 'page'), 'wx', 0o600);
    try {
      await file.writeFile('a page');
      await file.sync();
    } finally {
      await file.close();
    }
  } finally {
    await rm(trial, { recursive: true });
  }
}
