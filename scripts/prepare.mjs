/**
 * Runs before `npm start` and `npm test`, so that one command is enough on a fresh clone: installs what the lockfile
 * names where that has not been done yet, and compiles what has changed (`tsc --build` skips what is up to date).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

const run = (command) => {
  const { status } = spawnSync(command, { shell: true, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

const installed = 'node_modules/.package-lock.json';
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync('package-lock.json').mtimeMs) {
  run('npm ci --no-audit --no-fund --loglevel=error');
}
run('npm run --silent build');
