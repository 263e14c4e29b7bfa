import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { writeReleaseFolder } from '../../scripts/release-folder.mjs';
import { npm } from './command.mjs';

const LIBRARY = 'libs/emay-ims';
const LIBRARIES = [LIBRARY, 'libs/emay-ims-console', 'libs/emay-ims-simulator'];

/** Packs the libraries, as they are published; they must have been built. */
export async function packLibraries(folder) {
  const release = await mkdtemp(join(tmpdir(), 'emay-ims-release-'));
  try {
    await writeReleaseFolder(release);
    return await Promise.all(
      LIBRARIES.map(async (library) => {
        const place = library === LIBRARY ? release : library;
        await npm(['pack', resolve(place), '--pack-destination', folder, '--silent']);
        return tarball(place, folder);
      }),
    );
  } finally {
    await rm(release, { recursive: true, force: true });
  }
}

/** The same, or those in the folder that `PACKED_LIBRARIES` names, where they have been packed already. */
export async function packedLibraries(folder) {
  const { PACKED_LIBRARIES } = process.env;
  if (!PACKED_LIBRARIES) return packLibraries(folder);
  return Promise.all(LIBRARIES.map((library) => tarball(library, PACKED_LIBRARIES)));
}

async function tarball(library, folder) {
  const manifest = JSON.parse(await readFile(join(library, 'package.json'), 'utf8'));
  return { manifest, path: resolve(folder, `${manifest.name}-${manifest.version}.tgz`) };
}
