import { afterEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_PROTOCOL_OPTIONS, type ReceivedPage, type ReportExchange } from 'nestjs-emay-ims';
import { deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import type { ResolvedEmayImsOptions } from '../../../libs/emay-ims/src/options/module-options.js';
import { PageReader } from '../../../libs/emay-ims/src/reports/page/page-reader.js';
import { Bench } from '../support/client-under-test.js';
import { httpAnswer } from '../support/raw-server.js';
import {
  encrypt,
  encryptedGateway,
  encryptPacked,
  encryptPaddedWrongly,
  type EncryptedAnswer,
} from './support/encrypted-gateway.js';

const bench = new Bench();
afterEach(() => bench.close());

const OTHER_KEY = 'SOME-OTHER-KEY-0';
const SEALED = 'x-emay-aes';
const MAX_BYTES = 64 * 1024;
const reader = new PageReader({
  protocol: DEFAULT_PROTOCOL_OPTIONS,
  http: { maxResponseBytes: MAX_BYTES },
} as ResolvedEmayImsOptions);

const REPORTS = Array.from({ length: 60 }, (_, index) => ({
  customImsId: `id-${index}`,
  imsId: String(index),
  mobile: '0061422118000',
  state: 'DELIVRD',
  desc: '成功',
}));
const LIST = JSON.stringify(REPORTS);

async function pulled(answer: EncryptedAnswer): Promise<ReportExchange> {
  const server = await bench.server(encryptedGateway({ answer: () => answer }));
  return bench.client(server.url, { transport: 'secure' }).getImsReport();
}

async function idsOf(page: ReceivedPage): Promise<{ ids: (string | null)[]; kind: string; isWhole: boolean }> {
  const reading = await reader.read(page);
  const ids: (string | null)[] = [];
  for await (const { reports } of reading.parts()) ids.push(...reports.map(({ customImsId }) => customImsId));
  return { ids, kind: reading.kind, isWhole: reading.isWhole };
}

const ALL = REPORTS.map(({ customImsId }) => customImsId);

describe('a page gives its reports', () => {
  it.each<[string, EncryptedAnswer]>([
    ['as it should be', { code: 'SUCCESS', data: REPORTS }],
    ['not packed, though the request was', { code: 'SUCCESS', body: encrypt(LIST) }],
    ['in an envelope', { code: 'SUCCESS', data: { code: 'SUCCESS', data: REPORTS } }],
    ['its header missing', { code: null, data: REPORTS }],
    ['beside a no', { code: 'ERROR_PARAMS', data: REPORTS }],
    ['with a status of its own', { code: 'SUCCESS', data: REPORTS, status: '500 Error' }],
    ['as text by its header', { code: 'SUCCESS', data: REPORTS, headers: ['Content-Type: text/plain; charset=GBK'] }],
    ['packed outside of its cipher', { code: 'SUCCESS', body: gzipSync(encryptPacked(LIST)) }],
    ['packed as zlib, outside of its cipher alone', { code: 'SUCCESS', body: deflateSync(encrypt(LIST)) }],
    ['packed by its header', { code: 'SUCCESS', data: REPORTS, headers: ['Content-Encoding: gzip'] }],
  ])('%s', async (_name, answer) => {
    const page = await pulled(answer);
    expect(page).toMatchObject({ kind: 'answered', contentEncoding: null });
    await expect(idsOf(page as ReceivedPage)).resolves.toEqual({ ids: ALL, kind: 'reports', isWhole: true });
  });

  it.each<[string, Buffer]>([
    ['padded wrongly', encryptPaddedWrongly(LIST)],
    ['packed and padded wrongly', encryptPaddedWrongly(gzipSync(LIST))],
  ])('%s', async (_name, body) => {
    const page = await pulled({ code: 'SUCCESS', body });
    expect((await idsOf(page as ReceivedPage)).ids).toEqual(ALL);
  });

  it('in another charset', async () => {
    const [before = '', after = ''] = JSON.stringify([REPORTS[0]]).split('成功');
    const body = encrypt(
      Buffer.concat([Buffer.from(before), Buffer.from([0xb3, 0xc9, 0xb9, 0xa6]), Buffer.from(after)]),
    );
    const page = await pulled({ code: 'SUCCESS', body });
    for await (const { reports } of (await reader.read(page as ReceivedPage)).parts()) {
      expect(reports).toMatchObject([{ customImsId: 'id-0', description: '成功' }]);
    }
    expect.assertions(1);
  });
});

describe('an empty page is one', () => {
  it.each<[string, EncryptedAnswer]>([
    ['a list', { code: 'SUCCESS', data: [] }],
    ['a list, not packed', { code: 'SUCCESS', body: encrypt('[]') }],
    ['null', { code: 'SUCCESS', data: null }],
    ['nothing, encrypted', { code: 'SUCCESS', body: encrypt('') }],
    ['no body', { code: 'SUCCESS' }],
  ])('%s', async (_name, answer) => {
    const page = await pulled(answer);
    expect(page).toMatchObject({ kind: 'answered', headerCode: 'SUCCESS', contentEncoding: null });
    // Short and unpacked, it shows at once that it holds nothing.
    expect((page as ReceivedPage).body.toString()).toMatch(/^(?:\[\]|null)?$/);
  });
});

it('an empty page with a status of an error may have lost its reports', async () => {
  await expect(pulled({ code: 'SUCCESS', status: '500 Error' })).resolves.toEqual({
    kind: 'unconfirmed',
    reason: 'HTTP_500',
    rawAnswer: null,
    page: null,
  });
});

describe('an answer without a body whose end is not declared', () => {
  async function pulledBare(transport: 'plain' | 'secure', head: string): Promise<ReportExchange> {
    const server = await bench.server({
      onRequest: (socket) => void socket.end(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n`),
    });
    return bench.client(server.url, { transport }).getImsReport();
  }

  it.each(['plain', 'secure'] as const)('may have lost its reports, %s', async (transport) => {
    await expect(pulledBare(transport, 'result: SUCCESS')).resolves.toEqual({
      ...{ kind: 'unconfirmed', reason: 'CUT_SHORT', rawAnswer: null, page: null },
    });
  });

  it.each(['plain', 'secure'] as const)('is a no where its header says so, %s', async (transport) => {
    const page = await pulledBare(transport, 'result: ERROR_OVER_SPEED');
    expect(page).toMatchObject({ kind: 'answered', headerCode: 'ERROR_OVER_SPEED' });
  });

  it.each(['Content-Length: 0', 'Transfer-Encoding: chunked\r\n\r\n0'])('is empty with %j', async (end) => {
    await expect(pulledBare('secure', `result: SUCCESS\r\n${end}`)).resolves.toMatchObject({ kind: 'answered' });
  });
});

describe('a no brings its code and no body', () => {
  it.each<[string, EncryptedAnswer]>([
    ['without one', { code: 'ERROR_OVER_SPEED' }],
    ['with a page of the server’s', { code: 'ERROR_OVER_SPEED', body: '<html></html>', status: '500 Error' }],
    ['in the clear', { code: null, body: '{"code":"ERROR_OVER_SPEED"}' }],
  ])('%s', async (_name, answer) => {
    const page = await pulled(answer);
    expect(page).toMatchObject({ kind: 'answered', headerCode: 'ERROR_OVER_SPEED', body: Buffer.alloc(0) });
  });
});

it('a no of which the host says that nothing is handed out with it is one, in the clear as well', async () => {
  const server = await bench.server(
    encryptedGateway({ answer: () => ({ code: null, body: '{"code":"ERROR_NEW","message":"no"}' }) }),
  );
  const transport = 'secure';
  const told = bench.client(server.url, { transport, protocol: { answerCodes: { ERROR_NEW: 'hold' } } });
  await expect(told.getImsReport()).resolves.toMatchObject({ headerCode: 'ERROR_NEW', body: Buffer.alloc(0) });
  const other = bench.client(server.url, { transport });
  await expect(other.getImsReport()).resolves.toMatchObject({ contentEncoding: SEALED });
});

describe('what does not decrypt is kept as it came, with its cipher on', () => {
  it.each<[string, EncryptedAnswer]>([
    ['under another key', { code: 'SUCCESS', body: encryptPacked(LIST, OTHER_KEY) }],
    ['under another key, not packed', { code: 'SUCCESS', body: encrypt(LIST, OTHER_KEY) }],
    ['under another key, beside a no', { code: 'ERROR_PARAMS', body: encryptPacked(LIST, OTHER_KEY) }],
    ['its first block damaged', { code: 'SUCCESS', body: Buffer.concat([Buffer.alloc(16), encrypt(LIST)]) }],
    ['packed outside of a cipher of another key', { code: 'SUCCESS', body: gzipSync(encrypt(LIST, OTHER_KEY)) }],
    ['packed outside of its cipher, and no more', { code: 'SUCCESS', body: gzipSync(LIST) }],
    ['unpacked longer than an answer may be', { code: 'SUCCESS', body: gzipSync(Buffer.alloc(10 * 1024 * 1024)) }],
    ['shorter than a block', { code: 'SUCCESS', body: encrypt(LIST).subarray(0, 15) }],
    // Whoever gives reports in the clear has shown nothing that the gateway alone has.
    ['in the clear', { code: 'SUCCESS', body: LIST }],
    ['in the clear, in an envelope', { code: null, body: JSON.stringify({ code: 'SUCCESS', data: REPORTS }) }],
    ['in the clear, beside a no', { code: null, body: JSON.stringify({ code: 'ERROR_PARAMS', data: REPORTS }) }],
  ])('%s', async (_name, answer) => {
    const page = await pulled(answer);
    expect(page).toMatchObject({ kind: 'answered', contentEncoding: SEALED });
    expect((page as ReceivedPage).body).toEqual(Buffer.from(answer.body as Buffer));
  });
});

describe('of a ciphertext that is cut, every report counts that is whole in it', () => {
  /** How many reports stand whole in so much of the list. */
  const wholeIn = (text: string) => text.split('}').length - 1;

  async function cut(sealed: Buffer, length: number): Promise<ReceivedPage> {
    const server = await bench.server({
      onRequest: (socket) =>
        void socket.end(
          httpAnswer(sealed.subarray(0, length), {
            headers: ['result: SUCCESS', `Content-Length: ${sealed.length}`],
          }),
        ),
    });
    const end = await bench.client(server.url, { transport: 'secure' }).getImsReport();
    await bench.close();
    if (end.kind !== 'unconfirmed' || end.page === null) throw new Error(end.kind);
    return end.page;
  }

  it('not packed', async () => {
    const sealed = encrypt(LIST);
    for (let length = 1; length < sealed.length; length += 97) {
      const page = await cut(sealed, length);
      const whole = wholeIn(Buffer.from(LIST).toString('latin1', 0, length - (length % 16)));
      const { ids, isWhole } = await idsOf(page);
      expect([length, ids]).toEqual([length, ALL.slice(0, whole)]);
      expect(isWhole).toBe(false);
    }
  });

  it('packed', async () => {
    const packed = gzipSync(LIST);
    const sealed = encrypt(packed);
    let most = 0;
    for (let length = 17; length < sealed.length; length += 37) {
      const { ids, isWhole } = await idsOf(await cut(sealed, length));
      expect(ids).toEqual(ALL.slice(0, ids.length));
      expect(ids.length).toBeGreaterThanOrEqual(most);
      most = ids.length;
      expect(isWhole).toBe(false);
    }
    expect(most).toBeGreaterThan(ALL.length / 2);
    expect(gunzipSync(packed).toString()).toBe(LIST);
  });

  it('packed outside of its cipher', async () => {
    const sealed = gzipSync(encrypt(LIST));
    const { ids, isWhole } = await idsOf(await cut(sealed, Math.floor(sealed.length * 0.6)));
    expect(ids).toEqual(ALL.slice(0, ids.length));
    expect(ids.length).toBeGreaterThan(ALL.length / 4);
    expect(isWhole).toBe(false);
  });

  it('a damaged block takes no more along than its own reports', async () => {
    const body = encrypt(LIST);
    const damaged = Buffer.from(body);
    damaged[damaged.length / 2]! ^= 0xff;
    const page = await pulled({ code: 'SUCCESS', body: damaged });
    const { ids } = await idsOf(page as ReceivedPage);
    expect(ids.length).toBeGreaterThanOrEqual(ALL.length - 2);
  });
});

it('a page that unpacks to more than an answer may be is read as far as that', async () => {
  const filler = ' '.repeat(10 * 1024 * 1024);
  const body = encryptPacked(`[${JSON.stringify(REPORTS[0])}${filler},${JSON.stringify(REPORTS[1])}]`);
  expect(body.length).toBeLessThan(20_000);
  const page = await pulled({ code: 'SUCCESS', body });
  await expect(idsOf(page as ReceivedPage)).resolves.toMatchObject({ ids: ['id-0'], isWhole: false });
});
