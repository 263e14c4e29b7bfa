import { afterEach, describe, expect, it } from '@jest/globals';
import { Bench, MESSAGE } from './support/client-under-test.js';
import { answering, httpAnswer, refusedPort, type RawServer } from './support/raw-server.js';

const bench = new Bench();
afterEach(() => bench.close());

const SUCCESS = answering('{"code":"SUCCESS"}');
const UNSENT = { kind: 'unsent', reason: 'ATTEMPT_OVER', isTooLate: true };

/** Open for so many questions, then closed. */
function closingAfter(times: number) {
  let asked = 0;
  return () => (++asked > times ? 'ATTEMPT_OVER' : null);
}

describe('a fence that closes keeps the request from leaving, to its last byte,', () => {
  it('before anything is connected', async () => {
    const servers = [await bench.server(SUCCESS), await bench.server(SUCCESS)];
    const client = bench.client(servers.map(({ url }) => url));
    await expect(client.sendSingleIms(MESSAGE, closingAfter(0))).resolves.toEqual(UNSENT);
    expect(servers.map((server) => server.connections())).toEqual([0, 0]);
  });

  it.each([
    ['plain', false],
    ['TLS', true],
  ])('while it connects (%s)', async (_name, tls) => {
    const server = await bench.server({ tls, ...SUCCESS });
    const client = bench.client(server.url, { trusting: true });
    await expect(client.sendSingleIms(MESSAGE, closingAfter(1))).resolves.toEqual(UNSENT);
    await untilConnected(server);
    expect(server.bytesReceived()).toBe(0);
  });

  it('while it is signed and encoded', async () => {
    const server = await bench.server(SUCCESS);
    await expect(bench.client(server.url).sendSingleIms(MESSAGE, closingAfter(2))).resolves.toEqual(UNSENT);
    await untilConnected(server);
    expect(server.bytesReceived()).toBe(0);
  });

  it('while it waits for a connection that is busy', async () => {
    const server = await bench.server({
      onRequest: (socket) => void setTimeout(() => socket.write(httpAnswer('{"code":"SUCCESS"}')), 50),
    });
    const client = bench.client(server.url, { http: { maxSockets: 1 } });
    const outcomes = [client.sendSingleIms(MESSAGE), client.sendSingleIms(MESSAGE, closingAfter(1))];
    expect(await Promise.all(outcomes)).toEqual([{ kind: 'accepted', entries: [] }, UNSENT]);
    await expect(client.sendSingleIms(MESSAGE)).resolves.toMatchObject({ kind: 'accepted' });
    expect(server.requests).toHaveLength(2);
  });

  it('before the next base URL, or while that connects', async () => {
    const second = await bench.server(SUCCESS);
    const client = bench.client([`http://127.0.0.1:${await refusedPort()}`, second.url]);
    await expect(client.sendSingleIms(MESSAGE, closingAfter(1))).resolves.toEqual(UNSENT);
    expect(second.connections()).toBe(0);
    await expect(client.sendSingleIms(MESSAGE, closingAfter(2))).resolves.toEqual(UNSENT);
    await untilConnected(second);
    expect(second.bytesReceived()).toBe(0);
  });

  it('where the process stands still after it began to connect', async () => {
    const server = await bench.server(SUCCESS);
    const client = bench.client(server.url);
    const began = performance.now();
    const sent = client.sendSingleIms(MESSAGE, () => (performance.now() - began > 200 ? 'ATTEMPT_OVER' : null));
    standStill(300);
    await expect(sent).resolves.toEqual(UNSENT);
    await untilConnected(server);
    expect(server.bytesReceived()).toBe(0);
  });

  it('of each of the three sends', async () => {
    const server = await bench.server(SUCCESS);
    const client = bench.client(server.url);
    await expect(client.sendBatchIms('Hello', [MESSAGE], closingAfter(1))).resolves.toEqual(UNSENT);
    await expect(client.sendPersonalityIms([MESSAGE], closingAfter(1))).resolves.toEqual(UNSENT);
    expect(server.bytesReceived()).toBe(0);
  });
});

it('a process that stands still until connecting has taken too long sends nothing when it wakes', async () => {
  const server = await bench.server(SUCCESS);
  const client = bench.client(server.url, { http: { connectTimeoutMs: 200 } });
  const sent = client.sendSingleIms(MESSAGE);
  standStill(300);
  const { kind } = await sent;
  await untilConnected(server);
  // Whichever the runtime tells first, the connection or that time is up: told unsent, nothing has left.
  expect([kind, server.requests.length]).toEqual(kind === 'unsent' ? ['unsent', 0] : ['accepted', 1]);
});

it('a request is signed when it leaves, not when it was asked for', async () => {
  const server = await bench.server({
    onRequest: (socket) => void setTimeout(() => socket.write(httpAnswer('{"code":"SUCCESS"}')), 1_100),
  });
  const client = bench.client(server.url, { http: { maxSockets: 1 } });
  await Promise.all([client.sendSingleIms(MESSAGE), client.sendSingleIms(MESSAGE)]);
  const [first, second] = server.requests.map(({ body }) => JSON.parse(body.toString()) as { timestamp: string });
  expect(Number(second?.timestamp)).toBeGreaterThan(Number(first?.timestamp));
});

it('a body that cannot be made is told as it is, and not as trouble of the network', async () => {
  const server = await bench.server(SUCCESS);
  const client = bench.client(server.url);
  await expect(client.sendSingleIms({ ...MESSAGE, mobile: 'nobody' })).rejects.toThrow(RangeError);
  expect(server.bytesReceived()).toBe(0);
});

async function untilConnected(server: RawServer): Promise<void> {
  while (server.connections() === 0 || server.open() > 0) await new Promise((resolve) => void setTimeout(resolve, 5));
}

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
