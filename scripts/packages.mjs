/**
 * Checks the packages as they are published: content, size, entry points, types, declared dependencies; and that the
 * workspace's own build, which has failpoints, cannot be packed. Needs `npm run build`, and no registry.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../test/hosts/command.mjs';
import { checkPackage } from '../test/hosts/package-checks.mjs';
import { packedLibraries } from '../test/hosts/tarballs.mjs';

const folder = await mkdtemp(join(tmpdir(), 'emay-ims-packages-'));
const report = (name, check, problems) => {
  console.log(`${problems.length === 0 ? 'ok' : 'FAILED'}: ${name}, ${check}`);
  for (const problem of problems) console.log(problem.replaceAll(/^/gm, '  '));
  if (problems.length > 0) process.exitCode = 1;
};
try {
  for (const tarball of await packedLibraries(folder)) {
    for (const { check, problems } of await checkPackage(tarball)) {
      report(tarball.manifest.name, check, problems);
    }
  }
  const { code, all } = await runCommand('npm', ['pack', '--dry-run'], { cwd: 'libs/emay-ims' });
  const isRefused = code !== 0 && all.includes('Run npm run pack at the root');
  report('libs/emay-ims', 'not packed as it is', isRefused ? [] : [all.trim()]);
} finally {
  await rm(folder, { recursive: true, force: true });
}
