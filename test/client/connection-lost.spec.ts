import { afterEach, describe, expect, it } from '@jest/globals';
import type { Socket } from 'node:net';
import { Bench, MESSAGE } from './support/client-under-test.js';
import { httpAnswer, type RawServerBehaviour } from './support/raw-server.js';

const bench = new Bench();
afterEach(() => bench.close());

const SUCCESS = '{"code":"SUCCESS","data":[]}';
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 28\r\n\r\n';

describe('once a connection stood, a request is unconfirmed and sent only once, when', () => {
  const endings: [string, (socket: Socket) => unknown, { reason: string; rawAnswer: string | null }][] = [
    ['it is reset before the answer', (socket) => socket.resetAndDestroy(), { reason: 'ECONNRESET', rawAnswer: null }],
    ['it is closed without an answer', (socket) => socket.end(), { reason: 'ECONNRESET', rawAnswer: null }],
    ['it ends within the status line', (socket) => socket.end('HTTP/1.1 20'), lost(null)],
    ['it ends within the headers', (socket) => socket.end('HTTP/1.1 200 OK\r\nConte'), lost(null)],
    ['it ends after the headers', (socket) => socket.end(HEAD), lost(null)],
    ['the body is shorter than announced', (socket) => socket.end(`${HEAD}{"code":"SUCC`), lost('{"code":"SUCC')],
    [
      'the body is JSON already but shorter than announced',
      (socket) => socket.end(httpAnswer(SUCCESS, { headers: ['Content-Length: 29'] })),
      lost(SUCCESS),
    ],
    [
      'a chunked body breaks off within a chunk',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1c\r\n{"code":'),
      lost('{"code":'),
    ],
    [
      'a chunked body lacks its last chunk',
      (socket) => socket.end(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1c\r\n${SUCCESS}\r\n`),
      lost(SUCCESS),
    ],
    [
      'what comes is not HTTP',
      (socket) => socket.end('+OK POP3 ready\r\n'),
      { reason: 'HPE_INVALID_CONSTANT', rawAnswer: '+OK POP3 ready\r\n' },
    ],
    [
      'the headers do not end',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(64 * 1024)}`),
      { reason: 'HPE_HEADER_OVERFLOW', rawAnswer: expect.any(String) as unknown as string },
    ],
    [
      'the protocol is switched',
      (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'),
      { reason: 'CONNECTION_CLOSED', rawAnswer: null },
    ],
  ];

  it.each(endings)('%s', async (_name, end, expected) => {
    const server = await bench.server({ onRequest: (socket) => void end(socket) });
    const outcome = await bench.client(server.url).sendSingleIms(MESSAGE);
    expect(outcome).toEqual({ kind: 'unconfirmed', ...expected });
    expect(server.requests).toHaveLength(1);
  });

  it('reset with only a part of the request read', async () => {
    const server = await bench.server({
      onConnection: (socket) => socket.once('data', () => socket.resetAndDestroy()),
    });
    const outcome = await bench.client(server.url).sendPersonalityIms(manyLongMessages());
    expect(outcome).toEqual({
      kind: 'unconfirmed',
      reason: expect.stringMatching(/^(ECONNRESET|EPIPE)$/),
      rawAnswer: null,
    });
    expect(server.connections()).toBe(1);
  });

  it.each([
    ['reset', (socket: Socket) => void socket.resetAndDestroy()],
    ['closed', (socket: Socket) => void socket.end()],
  ])('a connection that is used again is %s', async (_how, end) => {
    const server = await bench.server({
      onRequest: (socket, { index }) => (index === 0 ? void socket.write(httpAnswer(SUCCESS)) : end(socket)),
    });
    const client = bench.client(server.url);
    await expect(client.sendSingleIms(MESSAGE)).resolves.toMatchObject({ kind: 'accepted' });
    await expect(client.sendSingleIms(MESSAGE)).resolves.toEqual({
      kind: 'unconfirmed',
      reason: 'ECONNRESET',
      rawAnswer: null,
    });
    expect(server.requests.map(({ connection }) => connection)).toEqual([0, 0]);
  });

  it.each(['reset', 'closed'])('%s after the TLS handshake', async (how) => {
    const server = await bench.server({
      tls: true,
      onRequest: (socket) => (how === 'reset' ? server.reset() : void socket.end()),
    });
    const outcome = await bench.client(server.url, { trusting: true }).sendSingleIms(MESSAGE);
    expect(outcome).toEqual({ kind: 'unconfirmed', reason: 'ECONNRESET', rawAnswer: null });
    expect(server.requests).toHaveLength(1);
  });
});

describe('an answer counts, whatever then befalls the connection:', () => {
  const afterwards: [string, RawServerBehaviour['onRequest']][] = [
    ['reset after the last byte', (socket) => socket.write(httpAnswer(SUCCESS), () => socket.resetAndDestroy())],
    ['closed after the last byte', (socket) => socket.end(httpAnswer(SUCCESS))],
    ['length told by closing', (socket) => socket.end(httpAnswer(SUCCESS, { headers: ['Connection: close'] }))],
    ['HTTP/1.0', (socket) => socket.end(`HTTP/1.0 200 OK\r\n\r\n${SUCCESS}`)],
    [
      'a second answer in the same packet',
      (socket) => socket.write(Buffer.concat([httpAnswer(SUCCESS), httpAnswer('{"code":"ERROR_SIGN"}')])),
    ],
  ];

  it.each(afterwards)('%s', async (_name, onRequest) => {
    const server = await bench.server({ onRequest });
    await expect(bench.client(server.url).sendSingleIms(MESSAGE)).resolves.toEqual({ kind: 'accepted', entries: [] });
  });

  it('given before the request was read, it holds up neither this request nor the next', async () => {
    const server = await bench.server({
      onConnection: (socket) =>
        socket.once('data', () => {
          socket.pause();
          socket.write(httpAnswer('{"code":"ERROR_PARAMS"}'));
        }),
    });
    const client = bench.client(server.url, { http: { maxSockets: 1 } });
    const answered = { kind: 'unconfirmed', reason: 'ERROR_PARAMS' };
    await expect(client.sendPersonalityIms(manyLongMessages())).resolves.toMatchObject(answered);
    await expect(client.sendSingleIms(MESSAGE)).resolves.toMatchObject(answered);
    expect(server.connections()).toBe(2);
  });
});

it('an answer nobody asked for is not taken for the answer to the next request', async () => {
  let unasked: Promise<void> = Promise.resolve();
  const server = await bench.server({
    onRequest: (socket, { index }) => {
      if (index > 0) return void setTimeout(() => socket.end(), 50);
      socket.write(httpAnswer(SUCCESS));
      unasked = new Promise((resolve) => {
        // The client must have read it before it asks again.
        setTimeout(
          () => socket.write(httpAnswer('{"code":"ERROR_MOBILE_ERROR"}'), () => setTimeout(resolve, 1_000)),
          50,
        );
      });
    },
  });
  const client = bench.client(server.url);
  await expect(client.sendSingleIms(MESSAGE)).resolves.toMatchObject({ kind: 'accepted' });
  await unasked;
  await expect(client.sendSingleIms(MESSAGE)).resolves.toMatchObject({ kind: 'unconfirmed', reason: 'ECONNRESET' });
});

function lost(rawAnswer: string | null) {
  return { reason: 'ECONNRESET', rawAnswer };
}

/** Some 30 MB: more than the buffers between two sockets take. */
function manyLongMessages() {
  return Array.from({ length: 300 }, () => ({ ...MESSAGE, content: 'x'.repeat(100_000) }));
}
