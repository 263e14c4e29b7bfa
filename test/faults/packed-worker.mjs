import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installGroup } from '../hosts/installation.mjs';
import { packLibraries } from '../hosts/tarballs.mjs';

/** What a worker consists of. */
const FILES = ['worker', 'calls', 'host-habits', 'make-call', 'random', 'told'].map((name) => `${name}.mjs`);
/** An application that has all a worker needs. */
const HOST = '../hosts/nest-12-datasource/package.json';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Packs the libraries as they are published, installs them into the folder as a stranger would, from the npm registry, and
 * puts a worker beside them: its module is the package and nothing of this repository.
 *
 * @returns the worker's file
 */
export async function installPackedWorker(folder) {
  const manifest = JSON.parse(await readFile(here(HOST), 'utf8'));
  await installGroup(
    [{ manager: 'npm', manifest: { ...manifest, devDependencies: {} } }],
    await packLibraries(folder),
    folder,
  );
  for (const file of FILES) await cp(here(file), join(folder, file));
  return join(folder, 'worker.mjs');
}
