import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { runInThisContext } from 'node:vm';
import { eventually } from '../support/eventually.js';
import { Bench, MESSAGE } from './support/client-under-test.js';
import { httpAnswer, type RawServerBehaviour } from './support/raw-server.js';

/** Jest hands tests a copy of `process` that no event reaches. */
const realProcess = runInThisContext('process') as NodeJS.Process;
const strays: unknown[] = [];
const note = (error: unknown) => void strays.push(error);

const bench = new Bench();
beforeEach(() => {
  strays.length = 0;
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) realProcess.on(event, note);
});
afterEach(async () => {
  await bench.close();
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) realProcess.off(event, note);
});

/** After the client has given up. */
const ACT_TWO_MS = 150;
const LIMITS = { timeoutMs: 100, maxResponseBytes: 1_024 };

const ABANDONED: [string, RawServerBehaviour][] = [
  ['a hang, then a reset', { onRequest: (socket) => void setTimeout(() => socket.resetAndDestroy(), ACT_TWO_MS) }],
  [
    'a hang, then an answer',
    { onRequest: (socket) => void setTimeout(() => socket.write(httpAnswer('{}')), ACT_TWO_MS) },
  ],
  [
    'half an answer, then the rest',
    {
      onRequest: (socket) =>
        later(socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{'), () => socket.write('}')),
    },
  ],
  [
    'half an answer, then a reset',
    {
      onRequest: (socket) =>
        later(socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{'), () => socket.resetAndDestroy()),
    },
  ],
  ['too long an answer', { onRequest: (socket) => void socket.write(httpAnswer('x'.repeat(1_000_000))) }],
  [
    'too long an answer, then a reset',
    { onRequest: (socket) => void socket.write(httpAnswer('x'.repeat(1_000_000)), () => socket.resetAndDestroy()) },
  ],
  [
    'an answer, then a reset',
    { onRequest: (socket) => void socket.write(httpAnswer('{}'), () => socket.resetAndDestroy()) },
  ],
  [
    'an answer, then rubbish',
    { onRequest: (socket) => later(socket.write(httpAnswer('{}')), () => socket.end('rubbish')) },
  ],
  ['rubbish', { onRequest: (socket) => void socket.end('rubbish') }],
  [
    'a switch of protocol',
    { onRequest: (socket) => void socket.write('HTTP/1.1 101 Switch\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n') },
  ],
  ['no handshake, then a reset', { onConnection: (socket) => later(undefined, () => socket.resetAndDestroy()) }],
];

it.each(ABANDONED)('nothing stirs after %s', async (_name, behaviour) => {
  const server = await bench.server(behaviour);
  const urls = behaviour.onConnection ? server.url.replace('http:', 'https:') : server.url;
  const client = bench.client(urls, { http: LIMITS });
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => client.sendSingleIms(MESSAGE)));
  for (const { kind } of outcomes) expect(kind).toMatch(/^(unsent|unconfirmed)$/);
  // Longer than the servers above wait before their second act.
  await pause(100);
  expect(strays).toEqual([]);
});

it('nothing stirs when requests that waited for a connection were given up', async () => {
  const server = await bench.server();
  const client = bench.client(server.url, { http: { ...LIMITS, timeoutMs: 1_000, maxSockets: 1 } });
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => client.sendSingleIms(MESSAGE)));
  // Whoever gets the connection that another gave up may be in time for it, or not; who does not has sent nothing.
  const connected = outcomes.filter(({ kind }) => kind === 'unconfirmed');
  expect(connected.length).toBeGreaterThanOrEqual(1);
  expect(outcomes.filter(({ kind }) => kind === 'unsent')).toHaveLength(5 - connected.length);
  await eventually(
    () => server.open(),
    (open) => open === 0,
  );
  expect(server.requests.length).toBeLessThanOrEqual(connected.length);
  expect(strays).toEqual([]);
});

it('many requests on one connection leave no listeners behind', async () => {
  const warnings: Error[] = [];
  const warn = (warning: Error) => void warnings.push(warning);
  realProcess.on('warning', warn);
  const server = await bench.server({ onRequest: (socket) => void socket.write(httpAnswer('{"code":"SUCCESS"}')) });
  const client = bench.client(server.url);
  for (let round = 0; round < 100; round++) await client.sendSingleIms(MESSAGE);
  await pause(10);
  realProcess.off('warning', warn);
  // A busy machine may leave one idle for longer than it is kept.
  expect(server.connections()).toBeLessThan(10);
  expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([]);
});

function later(_firstAct: unknown, act: () => void): void {
  setTimeout(act, ACT_TWO_MS);
}
