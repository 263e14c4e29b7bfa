import { afterEach, describe, expect, it } from '@jest/globals';
import type { EmayImsClient, EmayImsClock } from 'nestjs-emay-ims';
import { APP_ID, Bench, CIPHER_KEY, MESSAGE, type ClientSettings } from '../support/client-under-test.js';
import { refusedPort } from '../support/raw-server.js';
import { encryptedGateway, type OpenedRequest } from './support/encrypted-gateway.js';

const bench = new Bench();
afterEach(() => bench.close());

const OTHER = { mobile: '+8613800138000', content: 'second\nline \u2028 \\ /', customImsId: 'b'.repeat(32) };
const ON_WIRE = { ...MESSAGE, mobile: '0061422118000' };
const OTHER_ON_WIRE = { ...OTHER, mobile: '008613800138000' };
const REPORT = {
  imsId: '1',
  customImsId: MESSAGE.customImsId,
  mobile: '0061422118000',
  state: 'DELIVRD',
  desc: '成功',
};

interface Call {
  call: string;
  make: (client: EmayImsClient) => Promise<unknown>;
  fields: object;
  ids: string[];
}

const SENDS: Call[] = [
  {
    call: 'sendSingleIMS',
    make: (client) => client.sendSingleIms(MESSAGE),
    fields: ON_WIRE,
    ids: [MESSAGE.customImsId],
  },
  {
    call: 'sendBatchIMS',
    make: (client) => client.sendBatchIms(MESSAGE.content, [MESSAGE, OTHER]),
    fields: {
      content: MESSAGE.content,
      imses: [ON_WIRE, OTHER_ON_WIRE].map(({ mobile, customImsId }) => ({ mobile, customImsId })),
    },
    ids: [MESSAGE.customImsId, OTHER.customImsId],
  },
  {
    call: 'sendPersonalityIMS',
    make: (client) => client.sendPersonalityIms([MESSAGE, OTHER]),
    fields: { imses: [ON_WIRE, OTHER_ON_WIRE] },
    ids: [MESSAGE.customImsId, OTHER.customImsId],
  },
];
const CALLS: Call[] = [
  ...SENDS,
  { call: 'getIMSReport', make: (client) => client.getImsReport(123), fields: { number: 123 }, ids: [] },
  { call: 'getIMSReport', make: (client) => client.getImsReport(), fields: { number: 500 }, ids: [] },
];

/** A clock of the account's own. */
function clockAt(epochMs: number): EmayImsClock {
  return { wall: () => epochMs, monotonic: () => performance.now() };
}

describe.each(CALLS)('$call under /secure/', ({ call, make, fields }) => {
  async function sent(settings: ClientSettings = {}): Promise<OpenedRequest> {
    const behaviour = encryptedGateway({ key: settings.secretKey });
    const server = await bench.server(behaviour);
    await make(bench.client(server.url, { transport: 'secure', ...settings }));
    expect(server.requests).toHaveLength(1);
    expect(behaviour.opened).toHaveLength(1);
    return behaviour.opened[0]!;
  }

  it('is one POST with the bytes counted, the account in a header', async () => {
    const { raw } = await sent();
    expect(raw.head).toMatch(new RegExp(`^POST /secure/${call} HTTP/1.1\r\n`));
    expect(raw.headers).toMatchObject({
      appid: APP_ID,
      gzip: 'on',
      encode: 'UTF-8',
      'content-length': String(raw.body.length),
      'accept-encoding': 'identity',
    });
    expect(raw.head).not.toMatch(/transfer-encoding|expect:|json/i);
    expect(raw.head.match(/^content-type:/gim)).toHaveLength(1);
  });

  it('holds the fields, its time and how long it is valid, and nothing else', async () => {
    const before = Date.now();
    const { fields: found, isPacked } = await sent();
    const { requestTime, requestValidPeriod, ...rest } = found;
    expect(rest).toEqual(fields);
    expect(requestTime).toBeGreaterThanOrEqual(before);
    expect(requestTime).toBeLessThanOrEqual(Date.now());
    // The deadline of these tests, and what clocks may differ by.
    expect(requestValidPeriod).toBe(60 + 30);
    expect(isPacked).toBe(true);
  });

  it('shows neither text nor number nor key', async () => {
    for (const gzip of [true, false]) {
      const { raw } = await sent({ protocol: { gzip } });
      const bytes = Buffer.concat([Buffer.from(raw.head), raw.body]).toString('latin1');
      for (const secret of [CIPHER_KEY, '422118000', '13800138000', 'quoted', 'second', 'requestTime', 'number']) {
        expect(bytes).not.toContain(secret);
      }
    }
  });

  it('is not packed where the options say so', async () => {
    const { raw, isPacked, fields: found } = await sent({ protocol: { gzip: false } });
    expect([isPacked, raw.headers.gzip]).toEqual([false, undefined]);
    expect(found).toMatchObject(fields);
  });

  it.each([
    ['16', CIPHER_KEY],
    ['24', `${CIPHER_KEY}12345678`],
    ['32', CIPHER_KEY + CIPHER_KEY],
    ['16, not ASCII', 'ключключ'],
  ])('is encrypted with a key of %s bytes', async (_name, secretKey) => {
    const { fields: found } = await sent({ secretKey });
    expect(found).toMatchObject(fields);
  });

  it('takes its time from the clock of the account, and its period from the options', async () => {
    const now = Date.UTC(2031, 4, 6, 7, 8, 9, 10);
    const { fields: found } = await sent({ clock: clockAt(now), protocol: { requestValidPeriod: 7 } });
    expect(found).toMatchObject({ requestTime: now, requestValidPeriod: 7 });
  });

  it('is valid for as long as its own deadline, whatever that is', async () => {
    const { fields: found } = await sent({ http: { timeoutMs: 44_001, connectTimeoutMs: 44_001 } });
    expect(found.requestValidPeriod).toBe(45 + 30);
  });
});

it.each(SENDS)('what $call brings is accepted, each message by its id', async ({ make, ids }) => {
  for (const gzip of [true, false]) {
    const server = await bench.server(encryptedGateway());
    const outcome = await make(bench.client(server.url, { transport: 'secure', protocol: { gzip } }));
    expect(outcome).toMatchObject({ kind: 'accepted', entries: ids.map((customImsId) => ({ customImsId })) });
  }
});

it('a page of reports comes decrypted, and packed as it was', async () => {
  const reports = Array.from({ length: 500 }, (_, index) => ({ ...REPORT, imsId: String(index) }));
  const server = await bench.server(encryptedGateway({ reports }));
  const page = await bench.client(server.url, { transport: 'secure' }).getImsReport();
  expect(page).toMatchObject({ kind: 'answered', headerCode: 'SUCCESS', contentEncoding: null });
  if (page.kind !== 'answered') return;
  expect(page.body.subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
});

it('a request gets its time when it leaves, not when it was asked for', async () => {
  const own = encryptedGateway();
  const server = await bench.server({
    onRequest: (socket, request) => void setTimeout(() => own.onRequest?.(socket, request), 30),
  });
  const client = bench.client(server.url, { transport: 'secure', http: { maxSockets: 1 } });
  await Promise.all([client.sendSingleIms(MESSAGE), client.sendSingleIms(MESSAGE)]);
  const [first, second] = own.opened.map(({ fields }) => Number(fields.requestTime));
  expect(second).toBeGreaterThanOrEqual(Number(first) + 25);
});

it('the next base URL is tried while the request is unsent, with a time of its own', async () => {
  const behaviour = encryptedGateway();
  const server = await bench.server(behaviour);
  let now = 1_900_000_000_000;
  const clock = { wall: () => now++, monotonic: () => performance.now() };
  const client = bench.client([`http://127.0.0.1:${await refusedPort()}`, server.url], {
    transport: 'secure',
    clock,
    protocol: { requestValidPeriod: 86_400 },
  });
  await expect(client.sendSingleIms(MESSAGE)).resolves.toMatchObject({ kind: 'accepted' });
  expect(behaviour.opened).toHaveLength(1);
});

it('a fence that closes keeps it from leaving', async () => {
  const server = await bench.server(encryptedGateway());
  const client = bench.client(server.url, { transport: 'secure' });
  let asked = 0;
  const fence = () => (++asked > 2 ? 'ATTEMPT_OVER' : null);
  await expect(client.sendSingleIms(MESSAGE, fence)).resolves.toEqual({
    kind: 'unsent',
    reason: 'ATTEMPT_OVER',
    isTooLate: true,
  });
  expect(server.requests).toHaveLength(0);
});

it('the deadline ends it, unconfirmed', async () => {
  const server = await bench.server({ onRequest: () => undefined });
  const client = bench.client(server.url, { transport: 'secure', http: { timeoutMs: 5_000 } });
  await expect(client.sendSingleIms(MESSAGE)).resolves.toMatchObject({ kind: 'unconfirmed', reason: 'TIMEOUT' });
});
