import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { writeReleaseFolder } from '../../scripts/release-folder.mjs';
import { npm } from './command.mjs';

/** Packs the libraries, as they are published; they must have been built. */
export async function packLibraries(folder) {
  const release = await mkdtemp(join(tmpdir(), 'emay-ims-release-'));
  try {
    await writeReleaseFolder(release);
    return await Promise.all(
      [release, 'libs/emay-ims-console', 'libs/emay-ims-simulator'].map((library) => pack(library, folder)),
    );
  } finally {
    await rm(release, { recursive: true, force: true });
  }
}

async function pack(library, folder) {
  const manifest = JSON.parse(await readFile(join(library, 'package.json'), 'utf8'));
  await npm(['pack', resolve(library), '--pack-destination', folder, '--silent']);
  return { manifest, path: join(folder, `${manifest.name}-${manifest.version}.tgz`) };
}
