import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installGroup } from './installation.mjs';
import { packedLibraries } from './tarballs.mjs';

/** What a worker of the fault runs consists of, compiled. */
const COMPILED = 'test/faults/dist';
const FILES = ['worker', 'calls', 'database-kind', 'host-habits', 'make-call', 'random', 'told'].map(
  (name) => `${name}.js`,
);
/** An application that has all a worker needs. */
const HOST = 'test/hosts/nest-12-datasource/package.json';

/**
 * Packs the libraries as they are published, installs them into the folder as a stranger would, from the npm registry, and
 * puts a worker of the fault runs beside them: its module is the package and nothing of this repository.
 *
 * @returns the worker's file
 */
export async function installPackedWorker(folder) {
  const manifest = JSON.parse(await readFile(HOST, 'utf8'));
  await installGroup(
    [{ manager: 'npm', manifest: { ...manifest, devDependencies: {} } }],
    await packedLibraries(folder),
    folder,
  );
  const worker = join(folder, 'worker');
  await mkdir(worker);
  await writeFile(join(worker, 'package.json'), '{ "type": "module" }\n');
  for (const file of FILES) await cp(join(COMPILED, file), join(worker, file));
  return join(worker, 'worker.js');
}
