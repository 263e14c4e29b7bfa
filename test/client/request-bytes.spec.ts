import { afterEach, describe, expect, it } from '@jest/globals';
import type { EmayImsClient } from 'nestjs-emay-ims';
import { createHash } from 'node:crypto';
import { APP_ID, Bench, MESSAGE, SECRET_KEY } from './support/client-under-test.js';
import { answering, type RawServer } from './support/raw-server.js';

const bench = new Bench();
afterEach(() => bench.close());

const OTHER = { mobile: '+8613800138000', content: 'second\nline \u2028 \\ / \u0007', customImsId: 'b'.repeat(32) };
const ON_WIRE = { ...MESSAGE, mobile: '0061422118000' };
const OTHER_ON_WIRE = { ...OTHER, mobile: '008613800138000' };

interface Call {
  path: string;
  call: (client: EmayImsClient) => Promise<unknown>;
  fields: object;
}

const CALLS: Call[] = [
  { path: '/inter/sendSingleIMS', call: (client) => client.sendSingleIms(MESSAGE), fields: ON_WIRE },
  {
    path: '/inter/sendBatchIMS',
    call: (client) => client.sendBatchIms(MESSAGE.content, [MESSAGE, OTHER]),
    fields: {
      content: MESSAGE.content,
      imses: [ON_WIRE, OTHER_ON_WIRE].map(({ mobile, customImsId }) => ({ mobile, customImsId })),
    },
  },
  {
    path: '/inter/sendPersonalityIMS',
    call: (client) => client.sendPersonalityIms([MESSAGE, OTHER]),
    fields: { imses: [ON_WIRE, OTHER_ON_WIRE] },
  },
  { path: '/inter/getIMSReport', call: (client) => client.getImsReport(123), fields: { number: 123 } },
  { path: '/inter/getIMSReport', call: (client) => client.getImsReport(), fields: { number: 500 } },
];

describe.each(CALLS)('$path on the wire', ({ path, call, fields }) => {
  async function sent(pathOfBase = '', protocol = {}): Promise<RawServer['requests'][number]> {
    const server = await bench.server(answering('{"code":"SUCCESS"}'));
    await call(bench.client(server.url + pathOfBase, { protocol }));
    expect(server.requests).toHaveLength(1);
    return server.requests[0]!;
  }

  it('is one POST with the bytes counted, not chunked', async () => {
    const { head, headers, body } = await sent();
    expect(head).toMatch(new RegExp(`^POST ${path} HTTP/1.1\r\n`));
    expect(headers['content-length']).toBe(String(body.length));
    expect(head).not.toMatch(/transfer-encoding|expect:/i);
    expect(head.match(/content-length/gi)).toHaveLength(1);
  });

  it('asks for an answer that is not packed', async () => {
    const { headers } = await sent();
    expect(headers['accept-encoding']).toBe('identity');
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('is JSON in UTF-8 with the right fields and nothing else', async () => {
    const { body } = await sent();
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    const { appId, timestamp, sign, ...rest } = JSON.parse(text) as Record<string, unknown>;
    expect(rest).toEqual(fields);
    expect([appId, timestamp, sign]).toEqual([APP_ID, expect.stringMatching(/^\d{14}$/), expect.any(String)]);
  });

  it.each([
    ['lower', /^[0-9a-f]{32}$/],
    ['upper', /^[0-9A-F]{32}$/],
  ])('is signed in %s case', async (signCase, shape) => {
    const { body } = await sent('', { signCase });
    const { timestamp, sign } = JSON.parse(body.toString()) as { timestamp: string; sign: string };
    expect(sign).toMatch(shape);
    expect(sign.toLowerCase()).toBe(
      createHash('md5')
        .update(APP_ID + SECRET_KEY + timestamp)
        .digest('hex'),
    );
  });

  it('holds the secret key nowhere', async () => {
    const { head, body } = await sent();
    expect(head + body.toString()).not.toContain(SECRET_KEY);
  });

  it('goes below the path of the base URL', async () => {
    const { head } = await sent('/proxied/emay/');
    expect(head).toMatch(new RegExp(`^POST /proxied/emay${path} HTTP`));
  });
});

it('one connection serves one request after another', async () => {
  const server = await bench.server(answering('{"code":"SUCCESS"}'));
  const client = bench.client(server.url);
  for (const { call } of CALLS) await call(client);
  expect(server.requests.map(({ connection }) => connection)).toEqual(CALLS.map(() => 0));
});

it('a connection whose answer was an error is used again, too', async () => {
  const server = await bench.server(answering('<html>', { status: '502 Bad Gateway' }));
  const client = bench.client(server.url);
  for (const { call } of CALLS) await call(client);
  expect(server.connections()).toBe(1);
});

it('there are never more than maxSockets connections', async () => {
  const server = await bench.server(answering('{"code":"SUCCESS"}'));
  const client = bench.client(server.url, { http: { maxSockets: 3 } });
  await Promise.all(Array.from({ length: 30 }, () => client.sendSingleIms(MESSAGE)));
  expect(server.requests).toHaveLength(30);
  expect(server.connections()).toBe(3);
});
