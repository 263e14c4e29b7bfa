/** The gateway by its command line, then both applications of the monorepo as processes of their own on one SQLite file. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const children: ChildProcess[] = [];
process.once('exit', () => children.forEach((child) => child.kill('SIGKILL')));

function start(file: string, args: string[], environment: Record<string, string> = {}): ChildProcess {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [file, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

async function urlOf(gateway: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: gateway.stdout! })) {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (url) return url;
  }
  throw new Error('The simulator ended');
}

const compiled = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const cli = fileURLToPath(new URL('cli.js', import.meta.resolve('emay-ims-simulator')));
const gateway = start(cli, ['--port', '0']);
const environment = { GATEWAY_URL: await urlOf(gateway) };
gateway.stdout?.resume();
const worker = start(compiled('apps/worker/main.js'), [], environment);
const storefront = start(compiled('apps/storefront/main.js'), [], environment);

const [code] = (await once(storefront, 'exit')) as [number | null];
if (code !== 0 || worker.exitCode !== null) throw new Error(`storefront ${code}, worker ${worker.exitCode}`);
worker.kill('SIGTERM');
await once(worker, 'exit');
console.log(JSON.stringify({ node: process.version, state: 'DELIVERED' }));
process.exit();
