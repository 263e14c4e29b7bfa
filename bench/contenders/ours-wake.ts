import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { contend, must } from '../support/contender.js';
import type { BenchDatabase } from '../support/databases.js';
import { start } from '../support/processes.js';
import type { DispatcherTask } from './ours-dispatcher.js';
import { startOurs } from './ours-app.js';

export interface WakeTask {
  gatewayUrl: string;
  database: BenchDatabase;
  warmUp: number;
  messages: number;
  /** From one message's arrival to the next message, in ms: between these two. */
  gapMs: [number, number];
}

const ARRIVED_WITHIN_MS = 10_000;

/**
 * This process stores single messages and submits none; another one submits them. Its way to the gateway leads through this process, so
 * that one clock tells how long a message takes from the end of `enqueue` to the first byte of its request.
 */
await contend(async ({ gatewayUrl, database, warmUp, messages, gapMs: [least, most] }: WakeTask) => {
  let arrive: (() => void) | null = null;
  const gateway = new URL(gatewayUrl);
  const way = createServer((client) => {
    const server = connect(Number(gateway.port), gateway.hostname);
    client.on('data', () => arrive?.());
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) socket.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(way, 'listening');

  const { ims, close } = await startOurs(database, gatewayUrl, {
    dispatch: { enabled: false },
    reports: { enabled: false },
  });
  const task: DispatcherTask = { database, gatewayUrl: `http://127.0.0.1:${(way.address() as AddressInfo).port}` };
  const dispatcher = start('contenders/ours-dispatcher', task);
  await once(dispatcher, 'message');

  const waits: number[] = [];
  for (let index = 0; index < warmUp + messages; index++) {
    await pause(least + Math.random() * (most - least));
    const arrived = new Promise<number>((resolve) => (arrive = () => resolve(performance.now())));
    await ims.enqueue([{ mobile: '+61422118000', content: `Message ${index}` }]);
    const stored = performance.now();
    const at = await Promise.race([arrived, pause(ARRIVED_WITHIN_MS, null, { ref: false })]);
    must(at !== null, () => `message ${index} did not arrive within ${ARRIVED_WITHIN_MS} ms`);
    if (index >= warmUp) waits.push(Math.max(0, at! - stored));
  }
  dispatcher.disconnect();
  await once(dispatcher, 'exit');
  const { QUEUED } = await ims.stats();
  must(QUEUED === 0, () => `${QUEUED} messages still queued`);
  await close();
  way.close();
  waits.sort((one, other) => one - other);
  return { medianMs: waits[Math.floor(waits.length / 2)]!, p95Ms: waits[Math.floor(waits.length * 0.95)]! };
});
