import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SendOutcome } from 'nestjs-emay-ims';
import type { Socket } from 'node:net';
import { inspect, isDeepStrictEqual } from 'node:util';
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

/** The first is enough on an idle machine. On a busy one the server, which is of this process, may not get so far in time. */
const LIMITS_MS = [200, 2_000, 15_000];
/** Far above what a busy machine adds to a limit, far below a clock that starts anew with every byte. */
const PATIENCE_MS = 20_000;
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
    const rawOf = async (timeoutMs: number) => {
      const began = performance.now();
      const outcome = await bench.client(server.url, { http: { timeoutMs } }).sendSingleIms(MESSAGE);
      expect(performance.now() - began - timeoutMs).toBeLessThan(PATIENCE_MS);
      expect(outcome).toMatchObject({ reason: 'TIMEOUT' });
      const raw = outcome.kind === 'unconfirmed' ? outcome.rawAnswer : undefined;
      return rawAnswer === null ? raw : raw?.slice(0, rawAnswer.length);
    };
    const tries = await firstInTime(rawOf, (raw) => raw === rawAnswer);
    // It may get to read later than its client gives up.
    await eventually(
      () => server.requests.length,
      (count) => count >= 1 && count <= tries,
    );
    await closed(server);
  });

  it('the request is not read', async () => {
    const server = await bench.server({ onConnection: (socket) => socket.pause() });
    const huge = Array.from({ length: 300 }, () => ({ ...MESSAGE, content: 'x'.repeat(100_000) }));
    const send = (timeoutMs: number) => bench.client(server.url, { http: { timeoutMs } }).sendPersonalityIms(huge);
    await firstInTime(send, unconfirmedWith(null));
  });

  it('TLS stands and no answer comes', async () => {
    const server = await bench.server({ tls: true });
    // Time enough for the handshake: with less the request would rightly be unsent.
    const send = (timeoutMs: number) =>
      bench.client(server.url, { trusting: true, http: { timeoutMs: 5 * timeoutMs } }).sendSingleIms(MESSAGE);
    await firstInTime(send, unconfirmedWith(null));
    expect(server.requests.length).toBeGreaterThan(0);
  });

  it('delivery reports are fetched', async () => {
    const server = await bench.server({ onRequest: (socket) => void socket.write(`${HEAD}{"code":"SUCCESS"`) });
    const fetchReports = (timeoutMs: number) => bench.client(server.url, { http: { timeoutMs } }).getImsReport();
    const page = { body: Buffer.from('{"code":"SUCCESS"'), contentType: null, contentEncoding: null };
    await firstInTime(fetchReports, unconfirmedWith('{"code":"SUCCESS"', { page }));
  });
});

it('an answer that takes longer than connections are kept idle, or than connecting may take, still counts', async () => {
  await expect(slowExchange).resolves.toEqual({ kind: 'accepted', entries: [] });
});

/** Tries with each limit in turn until the outcome is as it must be where there was time; resolves to how many it took. */
async function firstInTime<T>(exchange: (timeoutMs: number) => Promise<T>, isAsItMust: (outcome: T) => boolean) {
  const seen: T[] = [];
  for (const limit of LIMITS_MS) {
    seen.push(await exchange(limit));
    if (isAsItMust(seen.at(-1) as T)) return seen.length;
  }
  throw new Error(`Whatever the limit, it was never so: ${inspect(seen)}`);
}

function unconfirmedWith(rawAnswer: string | null, more: object = {}) {
  return (outcome: unknown) =>
    isDeepStrictEqual(outcome, { kind: 'unconfirmed', reason: 'TIMEOUT', rawAnswer, ...more });
}

/** Begins, then writes the same again and again until the other side hangs up. */
function drip(socket: Socket, beginning: string, drop: string): void {
  socket.write(beginning);
  const timer = setInterval(() => socket.write(drop), 10);
  socket.once('close', () => clearInterval(timer));
}

async function closed(server: { open(): number }): Promise<void> {
  while (server.open() > 0) await new Promise((resolve) => void setTimeout(resolve, 5));
}
