import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Bench, MESSAGE } from './support/client-under-test.js';
import { answering, refusedPort, type RawServerBehaviour } from './support/raw-server.js';

const bench = new Bench();
afterEach(() => bench.close());

const SUCCESS = answering('{"code":"SUCCESS"}');

describe('the next base URL is used when the one before it leaves the request unsent:', () => {
  it('refused', async () => {
    const second = await bench.server(SUCCESS);
    const client = bench.client([`http://127.0.0.1:${await refusedPort()}`, second.url]);
    await expect(client.sendSingleIms(MESSAGE)).resolves.toMatchObject({ kind: 'accepted' });
    expect(second.requests).toHaveLength(1);
  });

  it('not connected in time', async () => {
    const first = await bench.server({ onConnection: () => undefined });
    const second = await bench.server(SUCCESS);
    const client = bench.client([first.url.replace('http:', 'https:'), second.url], {
      http: { connectTimeoutMs: 200 },
    });
    await expect(client.sendSingleIms(MESSAGE)).resolves.toMatchObject({ kind: 'accepted' });
    expect(second.requests).toHaveLength(1);
  });

  it('not trusted', async () => {
    const first = await bench.server({ tls: true, ...SUCCESS });
    const second = await bench.server(SUCCESS);
    await expect(bench.client([first.url, second.url]).sendSingleIms(MESSAGE)).resolves.toMatchObject({
      kind: 'accepted',
    });
    expect([first.bytesReceived(), second.requests.length]).toEqual([0, 1]);
  });

  it('the last word is that of the last', async () => {
    const last = await bench.server({ tls: true, ...SUCCESS });
    const client = bench.client([`http://127.0.0.1:${await refusedPort()}`, last.url]);
    await expect(client.sendSingleIms(MESSAGE)).resolves.toEqual({
      kind: 'unsent',
      reason: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });

  it('all within the one deadline', async () => {
    const silent = { onConnection: () => undefined };
    const servers = await Promise.all([bench.server(silent), bench.server(silent), bench.server(silent)]);
    const urls = servers.map(({ url }) => url.replace('http:', 'https:'));
    const client = bench.client(urls, { http: { timeoutMs: 1_000, connectTimeoutMs: 600 } });
    await expect(client.sendSingleIms(MESSAGE)).resolves.toEqual({ kind: 'unsent', reason: 'TIMEOUT' });
    // 600 ms for the first, the 400 that are left for the second, nothing for the third.
    expect(servers[2]?.connections()).toBe(0);
  });
});

describe('the next base URL is never touched after', () => {
  const firsts: [string, RawServerBehaviour, string][] = [
    ['SUCCESS', SUCCESS, 'accepted'],
    ['a refusal', answering('{"code":"ERROR_SIGN"}'), 'refused'],
    ['a reset', { onRequest: (socket) => void socket.resetAndDestroy() }, 'unconfirmed'],
    ['a close', { onRequest: (socket) => void socket.end() }, 'unconfirmed'],
    ['a time-out', {}, 'unconfirmed'],
    ['an error page', answering('<html>', { status: '503 Busy' }), 'unconfirmed'],
    ['a redirect', answering('', { status: '307 Moved', headers: ['Location: http://127.0.0.1:1/'] }), 'unconfirmed'],
    ['an unlisted code', answering('{"code":"ERROR_NEW"}'), 'unconfirmed'],
    ['no HTTP', { onRequest: (socket) => void socket.end('what?') }, 'unconfirmed'],
  ];
  it.each(firsts)('%s', async (_name, behaviour, kind) => {
    const first = await bench.server(behaviour);
    const second = await bench.server(SUCCESS);
    const client = bench.client([first.url, second.url], { http: behaviour.onRequest ? {} : { timeoutMs: 5_000 } });
    await expect(client.sendSingleIms(MESSAGE)).resolves.toMatchObject({ kind });
    await eventually(
      () => first.requests.length,
      (requests) => requests === 1,
    );
    expect(second.connections()).toBe(0);
  });
});
