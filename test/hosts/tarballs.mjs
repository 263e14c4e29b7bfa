import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { npm } from './command.mjs';

export const LIBRARIES = ['libs/emay-ims', 'libs/emay-ims-simulator'];

/** Packs both libraries, as `npm publish` would; they must have been built. */
export async function packLibraries(folder) {
  return Promise.all(
    LIBRARIES.map(async (library) => {
      const manifest = JSON.parse(await readFile(join(library, 'package.json'), 'utf8'));
      await npm(['pack', resolve(library), '--pack-destination', folder, '--silent']);
      return { library, manifest, path: join(folder, `${manifest.name}-${manifest.version}.tgz`) };
    }),
  );
}
