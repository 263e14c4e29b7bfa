import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun, npm } from './command.mjs';

const CACHE = join(tmpdir(), 'emay-ims-node-binaries');
const PLATFORMS = { win32: 'win' };
const PACKAGE = `node-${PLATFORMS[process.platform] ?? process.platform}-${process.arch}`;

/**
 * The path of a Node of this version for this machine, from the packages that the npm package `node` chooses from.
 * They are kept in the folder for temporary files.
 */
export async function nodeBinary(version) {
  const folder = join(CACHE, `${PACKAGE}-${version}`);
  const binary = join(folder, 'package', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(binary)) await unpackInto(folder, version);
  const told = (await mustRun(binary, ['--version'])).trim();
  if (told !== `v${version}`) throw new Error(`${PACKAGE}@${version} is ${told}`);
  return binary;
}

async function unpackInto(folder, version) {
  await mkdir(CACHE, { recursive: true });
  const unfinished = await mkdtemp(join(CACHE, 'unfinished-'));
  try {
    await npm(['pack', `${PACKAGE}@${version}`, '--pack-destination', unfinished, '--silent']);
    await mustRun('tar', ['-xzf', `${PACKAGE}-${version}.tgz`, 'package/bin'], { cwd: unfinished });
    await rm(join(unfinished, `${PACKAGE}-${version}.tgz`));
    // At once, so that a run that was cut off leaves no half of a binary where the next one looks for it.
    await rm(folder, { recursive: true, force: true });
    await rename(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
