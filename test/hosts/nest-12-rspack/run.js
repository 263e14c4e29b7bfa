/** A monorepo as the Nest 12 command line builds it, by rspack: its tests by vitest, then both applications on one SQLite file. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startSimulator } from 'emay-ims-simulator';

const vitest = fileURLToPath(new URL('../vitest.mjs', import.meta.resolve('vitest')));
const { status, stdout } = spawnSync(process.execPath, [vitest, 'run'], { encoding: 'utf8' });
if (status !== 0) throw new Error(stdout);

const simulator = await startSimulator();
const env = { ...process.env, GATEWAY_URL: simulator.url };
const start = (file) => {
  const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
};
const worker = start('dist/apps/worker/main.js');
const storefront = start('dist/apps/storefront/main.js');
const [code] = await once(storefront, 'exit');
if (code !== 0 || worker.exitCode !== null) throw new Error(`storefront ${code}, worker ${worker.exitCode}`);
worker.kill('SIGTERM');
await once(worker, 'exit');
await simulator.stop();
console.log(JSON.stringify({ node: process.version, state: 'DELIVERED' }));
