import { afterEach, describe, expect, it } from '@jest/globals';
import { Bench, MESSAGE } from './support/client-under-test.js';
import { answering } from './support/raw-server.js';

const bench = new Bench();
afterEach(() => bench.close());

const SUCCESS = answering('{"code":"SUCCESS"}');

describe('a redirect is not followed', () => {
  it.each(['301 Moved', '302 Found', '303 See Other', '307 Temporary Redirect', '308 Permanent Redirect'])(
    '%s',
    async (status) => {
      const elsewhere = await bench.server(SUCCESS);
      const gateway = await bench.server(
        answering('', { status, headers: [`Location: ${elsewhere.url}/inter/sendSingleIMS`] }),
      );
      await expect(bench.client(gateway.url).sendSingleIms(MESSAGE)).resolves.toEqual({
        kind: 'unconfirmed',
        reason: `HTTP_${status.slice(0, 3)}`,
        rawAnswer: null,
      });
      expect([gateway.requests.length, elsewhere.connections()]).toEqual([1, 0]);
    },
  );
});

describe('a proxy of the environment is not used', () => {
  const names = [
    'HTTP_PROXY',
    'http_proxy',
    'HTTPS_PROXY',
    'https_proxy',
    'ALL_PROXY',
    'all_proxy',
    'NO_PROXY',
    'no_proxy',
  ];
  const before = new Map(names.map((name) => [name, process.env[name]]));
  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it.each([false, true])('with TLS: %p', async (tls) => {
    const proxy = await bench.server(SUCCESS);
    const gateway = await bench.server({ tls, ...SUCCESS });
    for (const name of names) process.env[name] = /^no/i.test(name) ? '' : proxy.url;
    const client = bench.client(gateway.url, { trusting: true });
    await expect(client.sendSingleIms(MESSAGE)).resolves.toMatchObject({ kind: 'accepted' });
    expect([gateway.requests.length, proxy.connections()]).toEqual([1, 0]);
  });
});
