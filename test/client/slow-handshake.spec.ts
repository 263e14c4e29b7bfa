import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, it } from '@jest/globals';
import { CERTIFICATE, PRIVATE_KEY } from './support/self-signed.js';
import { Bench, MESSAGE } from './support/client-under-test.js';

/** A gateway that stands still until it is woken: meanwhile the kernel takes two connections for it and drops what follows. */
const GATEWAY = `
const { parentPort, workerData } = require('node:worker_threads');
const { isTls, cert, key, awake } = workerData;
const answer = (_request, response) => response.end('{"code":"SUCCESS"}');
const server = isTls
  ? require('node:https').createServer({ cert, key }, answer)
  : require('node:http').createServer(answer);
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  Atomics.wait(new Int32Array(awake), 0, 0);
});
`;

const bench = new Bench();
const crowd: Socket[] = [];
let gateway: Worker;
afterEach(async () => {
  for (const socket of crowd.splice(0)) socket.destroy();
  await bench.close();
  await gateway.terminate();
});

// A dropped SYN is sent again after a second: nobody has to wait for a slow network.
it.each([false, true])('waits for a slow handshake although the name has another address (TLS: %s)', async (isTls) => {
  const awake = new SharedArrayBuffer(4);
  gateway = new Worker(GATEWAY, { eval: true, workerData: { isTls, cert: CERTIFICATE, key: PRIVATE_KEY, awake } });
  const [port] = (await once(gateway, 'message')) as [number];
  for (let count = 0; count < 3; count++) crowd.push(createConnection(port, '127.0.0.1').on('error', () => undefined));
  await pause(100);

  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
  const client = bench.client(`${isTls ? 'https' : 'http'}://localhost:${port}`, {
    trusting: true,
    http: { timeoutMs: 60_000, connectTimeoutMs: 30_000 },
    lookup: (_host, { all }, tell) => (all ? tell(null, addresses) : tell(null, '127.0.0.1', 4)),
  });
  const sent = client.sendSingleIms(MESSAGE);
  await pause(400);
  Atomics.store(new Int32Array(awake), 0, 1);
  Atomics.notify(new Int32Array(awake), 0);
  await expect(sent).resolves.toEqual({ kind: 'accepted', entries: [] });
});
