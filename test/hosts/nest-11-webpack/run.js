/** A monorepo as the Nest 11 command line builds it, by webpack: the gateway, then both applications on one SQLite file. */
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { dirname, join } = require('node:path');
const { createInterface } = require('node:readline');

const children = [];
process.once('exit', () => children.forEach((child) => child.kill('SIGKILL')));

function start(file, args, environment = {}) {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [file, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

async function urlOf(gateway) {
  for await (const line of createInterface({ input: gateway.stdout })) {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (url) return url;
  }
  throw new Error('The simulator ended');
}

async function main() {
  const cli = join(dirname(require.resolve('emay-ims-simulator/package.json')), 'dist', 'cli.js');
  const gateway = start(cli, ['--port', '0']);
  const environment = { GATEWAY_URL: await urlOf(gateway) };
  gateway.stdout.resume();
  const worker = start('dist/apps/worker/main.js', [], environment);
  const storefront = start('dist/apps/storefront/main.js', [], environment);

  const [code] = await once(storefront, 'exit');
  if (code !== 0 || worker.exitCode !== null) throw new Error(`storefront ${code}, worker ${worker.exitCode}`);
  worker.kill('SIGTERM');
  await once(worker, 'exit');
  console.log(JSON.stringify({ node: process.version, state: 'DELIVERED' }));
  process.exit();
}

void main();
