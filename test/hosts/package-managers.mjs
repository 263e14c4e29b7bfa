import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, npm } from './command.mjs';

/**
 * What the hosts are installed with, beside npm itself: packages of the npm registry, fetched into npm's own cache. Each
 * uses its store or cache of its own, so that a second run finds there what the first one fetched.
 */
const PACKAGES = { pnpm: 'pnpm@10.34.8', 'yarn 1': 'yarn@1.22.22', 'yarn 4': '@yarnpkg/cli-dist@4.18.1' };

const run = (manager, args, folder, env = {}) =>
  mustRun('npm', ['exec', '--yes', '--prefer-offline', `--package=${PACKAGES[manager]}`, '--', ...args], {
    cwd: folder,
    env: { ...process.env, CI: 'false', ...env },
  });

/** Installs what the `package.json` of a folder names, by each package manager's defaults. */
export const PACKAGE_MANAGERS = {
  // Peers must fit: npm refuses to install otherwise.
  async npm(folder) {
    await npm(['install', '--prefer-offline', '--strict-peer-deps'], { cwd: folder });
    await npm(['ls', '--all'], { cwd: folder });
  },
  pnpm: (folder) => run('pnpm', ['pnpm', 'install', '--prefer-offline', '--strict-peer-dependencies'], folder),
  'yarn 1': (folder) => run('yarn 1', ['yarn', 'install', '--prefer-offline', '--non-interactive'], folder),
  async 'yarn 4'(folder) {
    await writeFile(join(folder, '.yarnrc.yml'), 'nodeLinker: node-modules\nenableTelemetry: false\n');
    await writeFile(join(folder, 'yarn.lock'), '');
    await run('yarn 4', ['yarn', 'install'], folder);
  },
};
