import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EmayImsClient } from 'nestjs-emay-ims';
import { gzipSync } from 'node:zlib';
import { runs } from '../../support/runs.js';
import { Bench, MESSAGE } from '../support/client-under-test.js';
import { httpAnswer } from '../support/raw-server.js';
import { expectStorable } from '../support/storable-outcome.js';
import { encrypt } from './support/encrypted-gateway.js';

const bench = new Bench();
let answer: Buffer;
let client: EmayImsClient;

beforeAll(async () => {
  const server = await bench.server({ onRequest: (socket) => void socket.write(answer) });
  client = bench.client(server.url, { transport: 'secure', http: { maxResponseBytes: 1_024 } });
});
afterAll(() => bench.close());

const ENTRY = { mobile: '0061422118000', imsId: '1', customImsId: MESSAGE.customImsId, state: 'DELIVRD' };
const OTHER_KEY = 'SOME-OTHER-KEY-0';

/** What the gateway may say, as a text, and whether it is a SUCCESS by itself. */
const contents = fc.oneof(
  fc.json(),
  fc.constantFrom(ENTRY, [ENTRY], [], null, '').map((data) => JSON.stringify(data)),
  fc
    .record({
      code: fc.oneof(fc.constantFrom('SUCCESS', 'ERROR_SIGN', 'ERROR_X'), fc.jsonValue()),
      data: fc.oneof(fc.constantFrom(ENTRY, [ENTRY]), fc.jsonValue()),
    })
    .map((value) => JSON.stringify(value)),
);
/** How it wraps it up, and how that is spoilt. */
const wrappings = fc.record({
  isPacked: fc.boolean(),
  cipher: fc.constantFrom('right', 'right', 'wrong', 'none'),
  cut: fc.option(fc.nat(), { freq: 3 }),
  strikes: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 2 }),
  code: fc.option(fc.oneof(fc.constantFrom('SUCCESS', 'ERROR_SIGN', 'ERROR_X'), fc.stringMatching(/^[!-~]{0,20}$/))),
  status: fc.constantFrom('200 OK', '200 OK', '500 Error', '302 Found'),
});

type Wrapping = typeof wrappings extends fc.Arbitrary<infer Value> ? Value : never;

function wrapped(text: string, wrapping: Wrapping): { bytes: Buffer; isProof: boolean } {
  const { isPacked, cipher, cut, strikes, code, status } = wrapping;
  const packed = isPacked ? gzipSync(text) : Buffer.from(text);
  const sealed = cipher === 'none' ? packed : cipher === 'wrong' ? encrypt(packed, OTHER_KEY) : encrypt(packed);
  const body = Buffer.from(sealed.subarray(0, cut === null ? sealed.length : cut % (sealed.length + 1)));
  for (const [at, change] of strikes) if (body.length > 0) body[at % body.length]! ^= change;
  const bytes = httpAnswer(body, { status, headers: code === null ? [] : [`result: ${code}`] });
  return { bytes, isProof: cipher === 'right' && body.length > 0 };
}

it('a send ends in one of the outcomes, never thrown, and accepted only where the answer decrypts', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(contents, wrappings, async (text, wrapping) => {
      const { bytes, isProof } = wrapped(text, wrapping);
      answer = bytes;
      const outcome = await client.sendSingleIms(MESSAGE);
      seen.add(outcome.kind);
      expect(outcome.kind).toMatch(/^(accepted|refused|unconfirmed)$/);
      if (outcome.kind === 'accepted') {
        expect(isProof).toBe(true);
        // Somebody has said yes, and nobody no.
        expect(wrapping.code || (JSON.parse(text) as { code: unknown }).code).toBe('SUCCESS');
      }
      expectStorable(outcome);
    }),
    {
      ...runs(600),
      examples: [
        [JSON.stringify(ENTRY), { ...soundly(), code: 'SUCCESS' }],
        ['', { ...soundly(), code: 'ERROR_SIGN' }],
        [JSON.stringify(ENTRY), { ...soundly(), code: null }],
      ],
    },
  );
  expect([...seen].toSorted()).toEqual(['accepted', 'refused', 'unconfirmed']);
});

it('a page is kept to the last byte, or read, never thrown', async () => {
  await fc.assert(
    fc.asyncProperty(contents, wrappings, async (text, wrapping) => {
      const { bytes } = wrapped(text, wrapping);
      answer = bytes;
      const end = await client.getImsReport();
      expect(end.kind).toMatch(/^(answered|unconfirmed)$/);
      const page = end.kind === 'answered' ? end : end.kind === 'unconfirmed' ? end.page : null;
      if (page?.contentEncoding !== 'x-emay-aes') return;
      expect(bytes.subarray(-page.body.length)).toEqual(page.body);
    }),
    runs(300),
  );
});

it('any bytes whatsoever', async () => {
  const codes = fc.option(fc.constantFrom('SUCCESS', 'ERROR_SIGN'));
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), codes, async (bytes, code) => {
      answer = httpAnswer(Buffer.from(bytes), { headers: code === null ? [] : [`result: ${code}`] });
      expect((await client.sendSingleIms(MESSAGE)).kind).toBe(code === 'ERROR_SIGN' ? 'refused' : 'unconfirmed');
      expect((await client.getImsReport()).kind).toBe('answered');
    }),
    runs(200),
  );
});

function soundly(): Wrapping {
  return { isPacked: true, cipher: 'right', cut: null, strikes: [], code: null, status: '200 OK' };
}
