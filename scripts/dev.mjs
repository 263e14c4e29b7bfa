/**
 * For work on this repository: the service on http://127.0.0.1:3000, sending to a simulator of its own on port 3100, and
 * both start again whenever a source of theirs or of the library has changed and compiles:
 *
 *   npm run dev
 *
 * The simulator's page needs no start, but to be loaded again. PORT and the other variables of the service count, those that
 * name the gateway apart; EMAY_IMS_DATABASE_URL only where the shell has it, as a database of `.env` may be a real gateway's:
 * what is queued there would go to the simulator.
 */
import { spawn, spawnSync } from 'node:child_process';

const SIMULATOR_PORT = process.env.SIMULATOR_PORT ?? '3100';
const ACCOUNT = { appId: 'EUCP-EMY-SMS0-SIMUL', secretKey: '0123456789ABCDEF' };

const prepared = spawnSync(process.execPath, ['scripts/prepare.mjs'], { stdio: 'inherit' });
if (prepared.status !== 0) process.exit(prepared.status ?? 1);

const children = [];
const start = (args, env = {}) => {
  const child = spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  // One that ends by itself has failed: the others are of no use alone.
  child.once('exit', (code) => stop(code ?? 1));
  children.push(child);
};
let isStopping = false;
function stop(code) {
  if (isStopping) return;
  isStopping = true;
  process.exitCode = code;
  for (const child of children) child.kill('SIGTERM');
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop(0));

start(['node_modules/typescript/bin/tsc', '--build', '--watch', '--preserveWatchOutput', 'tsconfig.build.json']);
const watched = ['--watch', '--watch-preserve-output'];
const { appId, secretKey } = ACCOUNT;
start([...watched, 'libs/emay-ims-simulator/dist/cli.js', '--port', SIMULATOR_PORT, '--quiet']);
start([...watched, 'dist/main.js'], {
  EMAY_IMS_BASE_URL: `http://127.0.0.1:${SIMULATOR_PORT}`,
  EMAY_IMS_APP_ID: appId,
  EMAY_IMS_SECRET_KEY: secretKey,
  EMAY_IMS_SANDBOX: 'false', // `.env` may have asked for it.
  EMAY_IMS_DATABASE_URL: process.env.EMAY_IMS_DATABASE_URL || 'sqlite:./data/dev.sqlite',
});
