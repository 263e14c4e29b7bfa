import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SendOutcome } from 'nestjs-emay-ims';
import type { Socket } from 'node:net';
import { Bench, MESSAGE } from './support/client-under-test.js';
import { httpAnswer } from './support/raw-server.js';
import { eventually } from '../support/eventually.js';

const bench = new Bench();
afterEach(() => bench.close());

// One exchange takes long: it is under way while the other tests run.
const slowBench = new Bench();
let slowExchange: Promise<SendOutcome>;
beforeAll(async () => {
  const server = await slowBench.server({
    onRequest: (socket) => void setTimeout(() => socket.write(httpAnswer('{"code":"SUCCESS"}')), 4_600),
  });
  slowExchange = slowBench.client(server.url, { http: { connectTimeoutMs: 2_000 } }).sendSingleIms(MESSAGE);
});
afterAll(() => slowBench.close());

const LIMIT_MS = 200;
/** Far above what a busy machine adds, far below a clock that starts anew with every byte. */
const PATIENCE_MS = 5_000;
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n';

describe('timeoutMs ends the exchange for good, unconfirmed, when', () => {
  const stalls: [string, (socket: Socket) => void, string | null][] = [
    ['no answer comes', () => undefined, null],
    ['the headers do not end', (socket) => void socket.write('HTTP/1.1 200 OK\r\n'), null],
    ['the headers drip', (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nX-Slow: ', 'x'), null],
    ['the body does not come', (socket) => void socket.write(HEAD), null],
    ['the body stops', (socket) => void socket.write(`${HEAD}{"code":`), '{"code":'],
    [
      'a chunked body does not end',
      (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\n \r\n'),
      ' ',
    ],
    ['the body drips byte by byte', (socket) => drip(socket, HEAD, ' '), ' '],
    ['the server says "continue" for ever', (socket) => drip(socket, '', 'HTTP/1.1 100 Continue\r\n\r\n'), null],
  ];

  it.each(stalls)('%s', async (_name, stall, rawAnswer) => {
    const server = await bench.server({ onRequest: stall });
    const client = bench.client(server.url, { http: { timeoutMs: LIMIT_MS } });
    const began = performance.now();
    const outcome = await client.sendSingleIms(MESSAGE);
    expect(performance.now() - began).toBeLessThan(PATIENCE_MS);
    expect(outcome).toMatchObject({ kind: 'unconfirmed', reason: 'TIMEOUT' });
    const raw = outcome.kind === 'unconfirmed' ? outcome.rawAnswer : undefined;
    expect(rawAnswer === null ? raw : raw?.slice(0, rawAnswer.length)).toBe(rawAnswer);
    // The server is of this process, and may get to read later than its client gives up.
    await eventually(
      () => server.requests.length,
      (count) => count === 1,
    );
    await closed(server);
  });

  it('the request is not read', async () => {
    const server = await bench.server({ onConnection: (socket) => socket.pause() });
    const client = bench.client(server.url, { http: { timeoutMs: LIMIT_MS } });
    const huge = Array.from({ length: 300 }, () => ({ ...MESSAGE, content: 'x'.repeat(100_000) }));
    await expect(client.sendPersonalityIms(huge)).resolves.toEqual({
      kind: 'unconfirmed',
      reason: 'TIMEOUT',
      rawAnswer: null,
    });
  });

  it('TLS stands and no answer comes', async () => {
    const server = await bench.server({ tls: true });
    // Time enough for the handshake: with less the request would rightly be unsent.
    const client = bench.client(server.url, { trusting: true, http: { timeoutMs: 1_000 } });
    await expect(client.sendSingleIms(MESSAGE)).resolves.toEqual({
      kind: 'unconfirmed',
      reason: 'TIMEOUT',
      rawAnswer: null,
    });
    expect(server.requests).toHaveLength(1);
  });

  it('delivery reports are fetched', async () => {
    const server = await bench.server({ onRequest: (socket) => void socket.write(`${HEAD}{"code":"SUCCESS"`) });
    const client = bench.client(server.url, { http: { timeoutMs: LIMIT_MS } });
    await expect(client.getImsReport()).resolves.toEqual({
      kind: 'unconfirmed',
      reason: 'TIMEOUT',
      rawAnswer: '{"code":"SUCCESS"',
      page: { body: Buffer.from('{"code":"SUCCESS"'), contentType: null, contentEncoding: null },
    });
  });
});

it('an answer that takes longer than connections are kept idle, or than connecting may take, still counts', async () => {
  await expect(slowExchange).resolves.toEqual({ kind: 'accepted', entries: [] });
});

/** Begins, then writes the same again and again until the other side hangs up. */
function drip(socket: Socket, beginning: string, drop: string): void {
  socket.write(beginning);
  const timer = setInterval(() => socket.write(drop), 10);
  socket.once('close', () => clearInterval(timer));
}

async function closed(server: { open(): number }): Promise<void> {
  while (server.open() > 0) await new Promise((resolve) => void setTimeout(resolve, 5));
}
