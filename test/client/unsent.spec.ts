import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { Socket } from 'node:net';
import { eventually } from '../support/eventually.js';
import { Bench, MESSAGE } from './support/client-under-test.js';
import { answering, httpAnswer, refusedPort } from './support/raw-server.js';

const bench = new Bench();
afterEach(() => bench.close());

describe('a request is unsent, with not one byte of it on the wire, when', () => {
  it('the port refuses', async () => {
    const client = bench.client(`http://127.0.0.1:${await refusedPort()}`);
    await expect(client.sendSingleIms(MESSAGE)).resolves.toEqual({ kind: 'unsent', reason: 'ECONNREFUSED' });
  });

  it('the host name does not resolve, be that told soon, late or never', async () => {
    const client = bench.client('https://gateway.invalid', { http: { connectTimeoutMs: 300 } });
    const outcome = await client.sendSingleIms(MESSAGE);
    expect(outcome).toEqual({
      kind: 'unsent',
      reason: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN|CONNECT_TIMEOUT)$/),
    });
  });

  it('the certificate is not trusted', async () => {
    const server = await bench.server({ tls: true, ...answering('{"code":"SUCCESS"}') });
    const client = bench.client(server.url);
    // The handshake of TLS 1.3 lets data follow at once: a race would show in some of these.
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => client.sendSingleIms(MESSAGE)));
    for (const outcome of outcomes) expect(outcome).toEqual({ kind: 'unsent', reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(server.connections()).toBe(20);
    expect(server.bytesReceived()).toBe(0);
  });

  it('the certificate is of another host', async () => {
    const server = await bench.server({ tls: true, ...answering('{"code":"SUCCESS"}') });
    const client = bench.client(`https://127.0.0.2:${server.port}`, { trusting: true });
    const outcome = await client.sendSingleIms(MESSAGE);
    // Where only 127.0.0.1 is this machine, or the server listens there alone, the connection is refused instead.
    expect(outcome).toEqual({
      kind: 'unsent',
      reason: expect.stringMatching(/^(ERR_TLS_CERT_ALTNAME_INVALID|ECONNREFUSED|CONNECT_TIMEOUT)$/),
    });
    expect(server.bytesReceived()).toBe(0);
  });

  it('the server speaks plain HTTP where HTTPS was asked for', async () => {
    const heard: Buffer[] = [];
    const server = await bench.server({
      onConnection: (socket) => {
        socket.once('data', (chunk: Buffer) => {
          heard.push(chunk);
          socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
        });
      },
    });
    const client = bench.client(`https://127.0.0.1:${server.port}`);
    const outcome = await client.sendSingleIms(MESSAGE);
    expect(outcome).toEqual({ kind: 'unsent', reason: expect.stringMatching(/^(EPROTO|ERR_SSL_[A-Z_]+)$/) });
    expect(Buffer.concat(heard).toString('latin1')).not.toContain(MESSAGE.customImsId);
  });

  it.each([
    ['reset', 'ECONNRESET'],
    ['closed', 'ECONNRESET'],
  ])('the connection is %s during the TLS handshake', async (how, reason) => {
    const server = await bench.server({
      onConnection: (socket) => socket.once('data', () => (how === 'reset' ? socket.resetAndDestroy() : socket.end())),
    });
    const client = bench.client(`https://127.0.0.1:${server.port}`);
    await expect(client.sendSingleIms(MESSAGE)).resolves.toEqual({ kind: 'unsent', reason });
  });

  it.each([
    ['connectTimeoutMs', { connectTimeoutMs: 200 }, 'CONNECT_TIMEOUT'],
    ['timeoutMs', { timeoutMs: 200 }, 'TIMEOUT'],
  ])('the TLS handshake is not over within %s', async (_limit, http, reason) => {
    // TCP stands, but the ClientHello is never answered.
    const server = await bench.server({ onConnection: () => undefined });
    const client = bench.client(`https://127.0.0.1:${server.port}`, { http });
    await expect(client.sendSingleIms(MESSAGE)).resolves.toEqual({ kind: 'unsent', reason });
    // The server is of this process, and may get to accept it later than its client gives up.
    await eventually(
      () => server.connections(),
      (connections) => connections === 1,
    );
  });

  it.each([
    ['plain', Number.NaN],
    ['plain', 300_000_000_000_000],
    ['secure', 0],
    ['secure', Number.NaN],
  ] as const)("no time of this machine's clock can sign it (%s, %d), which the log says", async (transport, wall) => {
    const server = await bench.server({ onRequest: (socket) => void socket.write(httpAnswer('{"code":"SUCCESS"}')) });
    const lines = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const clock = { wall: () => wall, monotonic: () => performance.now() };
    const client = bench.client(server.url, { transport, clock });
    const unsent = { kind: 'unsent', reason: 'REQUEST_NOT_MADE' };
    await expect(client.sendSingleIms(MESSAGE)).resolves.toEqual(unsent);
    await expect(client.sendBatchIms('Hello', [MESSAGE])).resolves.toEqual(unsent);
    await expect(client.sendPersonalityIms([MESSAGE])).resolves.toEqual(unsent);
    await expect(client.getImsReport()).resolves.toEqual(unsent);
    const careful = bench.client(server.url, { transport, clock, protocol: { canary: true } });
    await expect(careful.proveAddress()).resolves.toEqual(unsent);
    const said = lines.mock.calls.map(([line]) => String(line));
    lines.mockRestore();
    expect(said).toHaveLength(5);
    for (const line of said) expect(line).toMatch(/could not be made.*clock/);
    expect(server.bytesReceived()).toBe(0);
  });

  it("this machine's OpenSSL does not sign it, which the log says by its code", async () => {
    const server = await bench.server({ onRequest: (socket) => void socket.write(httpAnswer('{"code":"SUCCESS"}')) });
    const lines = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const wall = () => {
      throw Object.assign(new Error(MESSAGE.content), { code: 'ERR_OSSL_EVP_UNSUPPORTED' });
    };
    const client = bench.client(server.url, { clock: { wall, monotonic: () => performance.now() } });
    await expect(client.sendSingleIms(MESSAGE)).resolves.toEqual({ kind: 'unsent', reason: 'REQUEST_NOT_MADE' });
    const [[line]] = lines.mock.calls as [[string]];
    lines.mockRestore();
    expect(line).toMatch(/\(ERR_OSSL_EVP_UNSUPPORTED\).*OpenSSL/);
    expect(line).not.toMatch(/clock/);
    expect(server.bytesReceived()).toBe(0);
  });

  it('all connections stay busy, and it never goes out later', async () => {
    const waiting: Socket[] = [];
    const server = await bench.server({ onRequest: (socket) => void waiting.push(socket) });
    const answerNext = () => waiting.shift()?.write(httpAnswer('{"code":"SUCCESS"}'));
    const client = bench.client(server.url, { http: { maxSockets: 1, connectTimeoutMs: 4_000 } });
    const first = client.sendSingleIms(MESSAGE);
    await eventually(
      () => waiting.length,
      (requests) => requests === 1,
    );
    // Ends while the first still holds the connection: not when the connection comes free.
    await expect(client.sendSingleIms(MESSAGE)).resolves.toEqual({ kind: 'unsent', reason: 'CONNECT_TIMEOUT' });
    answerNext();
    await expect(first).resolves.toEqual({ kind: 'accepted', entries: [] });
    const third = client.sendSingleIms({ ...MESSAGE, customImsId: 'third' });
    await expect(nextRequest(server.requests)).resolves.toContain('"customImsId":"third"');
    answerNext();
    await third;
    expect(server.requests).toHaveLength(2);
  });
});

async function nextRequest(requests: { body: Buffer }[]): Promise<string> {
  while (requests.length < 2) await new Promise((resolve) => void setTimeout(resolve, 5));
  return requests[1]!.body.toString();
}
