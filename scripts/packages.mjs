/**
 * Checks what `npm publish` would upload: content, size, entry points, types, declared dependencies. Needs
 * `npm run build`, and no registry.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPackage } from '../test/hosts/package-checks.mjs';
import { packLibraries } from '../test/hosts/tarballs.mjs';

const folder = await mkdtemp(join(tmpdir(), 'emay-ims-packages-'));
try {
  for (const tarball of await packLibraries(folder)) {
    for (const { check, problems } of await checkPackage(tarball)) {
      console.log(`${problems.length === 0 ? 'ok' : 'FAILED'}: ${tarball.manifest.name}, ${check}`);
      for (const problem of problems) console.log(problem.replaceAll(/^/gm, '  '));
      if (problems.length > 0) process.exitCode = 1;
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
