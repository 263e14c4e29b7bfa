#!/usr/bin/env node
/**
 * The simulator of a clone, for `npm run simulator` and `npx emay-ims-simulator`: npm links the command of a workspace
 * only where it is compiled when npm installs. Installs and compiles first what is missing, as `npm start` does.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { status } = spawnSync(process.execPath, ['scripts/prepare.mjs'], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
await import('../libs/emay-ims-simulator/dist/cli.js');
