import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EmayImsClient } from 'nestjs-emay-ims';
import { runs } from '../support/runs.js';
import { Bench, MESSAGE } from './support/client-under-test.js';
import { httpAnswer } from './support/raw-server.js';
import { expectStorable } from './support/storable-outcome.js';

const bench = new Bench();
let answer: { bytes: Buffer; cuts: number[]; reset: boolean };
let client: EmayImsClient;

beforeAll(async () => {
  const server = await bench.server({
    onRequest: (socket) => {
      const { bytes, cuts, reset } = answer;
      let from = 0;
      for (const cut of [...cuts.map((part) => part % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]) {
        socket.write(bytes.subarray(from, cut));
        from = cut;
      }
      if (reset) socket.resetAndDestroy();
      else socket.end();
    },
  });
  client = bench.client(server.url, { http: { maxResponseBytes: 1_024 } });
});
afterAll(() => bench.close());

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const json = fc.oneof(
  fc.json(),
  fc
    .record({
      code: fc.oneof(fc.constantFrom('SUCCESS', 'ERROR_SIGN', 'ERROR_X'), fc.jsonValue()),
      data: fc.jsonValue(),
    })
    .map((value) => JSON.stringify(value)),
);
const body = fc.oneof(
  bytes(3_000),
  json.map((text) => Buffer.from(text)),
);
const headerLine = fc.oneof(
  fc.constantFrom(
    'Transfer-Encoding: chunked',
    'Content-Length: 5',
    'Content-Length: 99999999999999999999',
    'Content-Length: -1',
    'Content-Encoding: gzip',
    'Connection: close',
    'Connection: upgrade\r\nUpgrade: x',
    'Location: /',
  ),
  fc.string({ maxLength: 40 }),
);
const statusLine = fc.oneof(
  fc.constant('200 OK'),
  fc.integer({ min: 0, max: 1_200 }).map(String),
  fc.string({ maxLength: 10 }),
);
const answers = fc.oneof(
  bytes(300),
  fc
    .record({ status: statusLine, headers: fc.array(headerLine, { maxLength: 3 }), body })
    .map((parts) => httpAnswer(parts.body, parts)),
  // A sound answer with some bytes struck.
  fc.tuple(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), json).map(([strikes, text]) => {
    const sound = httpAnswer(text);
    for (const [at, byte] of strikes) sound[at % sound.length] = byte;
    return sound;
  }),
);

it('any bytes whatsoever end in one of the outcomes, with a reason and a bounded text, and never throw', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(answers, fc.array(fc.nat(), { maxLength: 3 }), fc.boolean(), async (all, cuts, reset) => {
      answer = { bytes: all, cuts, reset };
      const outcome = await client.sendSingleIms(MESSAGE);
      seen.add(outcome.kind);
      // The request was read in whole: whatever came back, it was not unsent.
      expect(outcome.kind).toMatch(/^(accepted|refused|unconfirmed)$/);
      expectStorable(outcome);
    }),
    {
      ...runs(600),
      // Which of them chance brings is left to it; that each outcome is among them is not.
      examples: [
        [httpAnswer('{"code":"SUCCESS","data":{"mobile":"0061422118000","imsId":"1","customImsId":"a"}}'), [], false],
        [httpAnswer('{"code":"ERROR_CONTENT_EMPTY"}'), [], false],
        [httpAnswer('nothing'), [], false],
      ],
    },
  );
  expect([...seen].toSorted()).toEqual(['accepted', 'refused', 'unconfirmed']);
});
