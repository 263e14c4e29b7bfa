import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { keepWatch } from './processes.js';
import { answers } from './services.js';

const PATIENCE_MS = 10_000;

/** Whether there is a Redis that can be started here. */
export async function hasRedisServer(): Promise<boolean> {
  const child = spawn('redis-server', ['--version'], { stdio: 'ignore' });
  const [code] = (await once(child, 'exit').catch(() => [null])) as [number | null];
  return code === 0;
}

/** Runs an empty Redis of our own for the time of `work`, that answers a write once it is on the disk. */
export async function withDurableRedis<T>(work: (url: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'emay_bench_redis_'));
  const port = await freePort();
  const place = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder];
  const durability = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
  const server = spawn('redis-server', [...place, ...durability], { stdio: ['ignore', 'ignore', 'inherit'] });
  keepWatch(server);
  const ended = once(server, 'exit');
  try {
    const url = `redis://127.0.0.1:${port}`;
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await answers(url))) {
      if (performance.now() > deadline || server.exitCode !== null) throw new Error('redis-server does not start');
      await pause(50);
    }
    return await work(url);
  } finally {
    server.kill();
    await ended;
    await rm(folder, { recursive: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
