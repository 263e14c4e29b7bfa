import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BREAKS } from './exchange/cut-body.js';
import type { FaultOrder } from './faults/fault.js';
import { Bench, dataOf, mobiles, parsed, type RawAnswer, type Report, until } from './testing/gateway-caller.js';
import { CHARSET_NAMES, CHARSETS } from './wire/charset.js';
import { PACKING_NAMES, PACKINGS } from './wire/packing.js';

const COUNT = 20;

let folder: string;
let bench: Bench;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'emay-ims-simulator-'));
  bench = await Bench.start({ reportsPerSecond: Infinity, logFile: join(folder, 'gateway.jsonl') });
  await bench.batch(mobiles(COUNT).map((mobile, index) => ({ mobile, customImsId: `id-${index}` })));
  bench.simulator.releaseReports();
});
afterEach(async () => {
  await bench.simulator.stop();
  rmSync(folder, { recursive: true });
});

const pullUnder = (fault: FaultOrder): Promise<RawAnswer> => {
  bench.simulator.inject(fault);
  return bench.call('getIMSReport');
};
const idsOf = (reports: readonly Report[]) => reports.map(({ customImsId }) => customImsId);
const ALL = Array.from({ length: COUNT }, (_, index) => `id-${index}`);
const wholeIds = () =>
  bench.simulator
    .handedOut()
    .filter(({ whole }) => whole)
    .map(({ customImsId }) => customImsId);
const events = (name: string) =>
  readFileSync(join(folder, 'gateway.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => parsed<Record<string, unknown>>(line))
    .filter(({ event }) => event === name);

describe('returned-page', () => {
  it('whole: it comes again, in the same order', async () => {
    expect(idsOf(dataOf(await pullUnder({ kind: 'returned-page' })))).toEqual(ALL);
    expect(bench.simulator.requests().at(-1)).toMatchObject({ taken: COUNT, putBack: COUNT });
    expect(idsOf(await bench.pull())).toEqual(ALL);
    expect(await bench.pull()).toEqual([]);
    expect(wholeIds()).toEqual([...ALL, ...ALL]);
    expect(events('handed-out')).toHaveLength(2 * COUNT);
    expect(events('put-back').map(({ customImsId }) => customImsId)).toEqual(ALL);
  });

  it('error: nothing of it arrives, and it comes after all', async () => {
    expect((await pullUnder({ kind: 'returned-page', answer: 'error' })).text).toBe('{"code":"ERROR_PARAMS"}');
    expect(wholeIds()).toEqual([]);
    expect(idsOf(await bench.pull())).toEqual(ALL);
    expect(wholeIds()).toEqual(ALL);
  });

  it.each([
    ['cut', 9],
    ['reset', 0],
  ] as const)('%s: %i arrive, and all come again', async (answer, whole) => {
    await expect(pullUnder({ kind: 'returned-page', answer })).rejects.toThrow(/aborted|ECONNRESET|hang up/);
    expect(wholeIds()).toEqual(ALL.slice(0, whole));
    expect(idsOf(await bench.pull())).toEqual(ALL);
  });
});

describe('encoded', () => {
  it.each(CHARSET_NAMES.flatMap((charset) => PACKING_NAMES.map((packing) => [charset, packing] as const)))(
    '%s, %s: is what its headers say',
    async (charset, packing) => {
      const { headers, bytes } = await pullUnder({ kind: 'encoded', charset, packing });
      const { name } = CHARSETS[charset];
      expect(headers['content-type']).toBe(`text/plain;charset=${name}`);
      expect(headers['content-encoding']).toBe(packing === 'none' ? undefined : PACKINGS[packing].name);
      const text = new TextDecoder(name === 'utf-16' ? 'utf-16be' : name).decode(PACKINGS[packing].unpack(bytes));
      const [report] = parsed<{ data: Report[] }>(text).data;
      expect(report).toMatchObject({ customImsId: 'id-0', desc: charset === 'latin-1' ? '??' : '成功' });
      expect(wholeIds()).toEqual(ALL);
    },
  );

  it('headers can say another thing, or nothing', async () => {
    const wrong = { declares: 'another', announces: 'another' } as const;
    const first = await pullUnder({ kind: 'encoded', charset: 'gb18030', packing: 'gzip', ...wrong });
    expect(first.headers).toMatchObject({ 'content-type': 'text/plain;charset=utf-8', 'content-encoding': 'br' });
    expect(gunzipSync(first.bytes).length).toBeGreaterThan(0);
    const none = { declares: 'nothing', announces: 'nothing' } as const;
    const { headers } = await pullUnder({ kind: 'encoded', charset: 'gb18030', packing: 'gzip', ...none });
    expect(headers['content-type']).toBe('text/plain');
    expect(headers).not.toHaveProperty('content-encoding');
    const plain = await pullUnder({ kind: 'encoded', announces: 'another', declares: 'another' });
    expect(plain.headers).toMatchObject({ 'content-type': 'text/plain;charset=gb18030', 'content-encoding': 'gzip' });
  });

  it.each(CHARSET_NAMES.flatMap((charset) => PACKING_NAMES.map((packing) => [charset, packing] as const)))(
    '%s, %s, cut: the oracle knows exactly the reports that can be read',
    async (charset, packing) => {
      const { bytes } = await pullUnder({ kind: 'encoded', charset, packing, percent: 60 });
      const { name } = CHARSETS[charset];
      const readable = PACKINGS[packing].unpack(bytes);
      const text = new TextDecoder(name === 'utf-16' ? 'utf-16be' : name).decode(readable);
      const whole = [...text.matchAll(/\{[^{}]*\}/g)].map(([json]) => parsed<Report>(json));
      expect(wholeIds()).toEqual(idsOf(whole));
      expect(whole.length).toBeLessThan(COUNT);
      expect(events('answer-finished').at(-1)).toMatchObject({ wholeReports: [...whole.keys()] });
    },
  );
});

describe('a cut page', () => {
  const ofPercent = (percent: number, breaks: (typeof BREAKS)[number]) =>
    pullUnder({ kind: 'truncate', percent, breaks }).catch((error: Error) => error.message);

  it.each(['body', 'close'] as const)('%s: looks like a whole answer', async (breaks) => {
    const answer = await ofPercent(60, breaks);
    expect(answer).toMatchObject({ status: 200, text: expect.not.stringContaining(']}') });
    expect(wholeIds()).toEqual(ALL.slice(0, 11));
    expect(bench.simulator.handedOut()[0]).toMatchObject({ finished: true, whole: true });
    expect(bench.simulator.handedOut().at(-1)).toMatchObject({ finished: true, whole: false });
  });

  it.each(['connection', 'chunk'] as const)('%s: the caller sees that something is missing', async (breaks) => {
    expect(await ofPercent(60, breaks)).toMatch(/aborted|ECONNRESET/);
    expect(wholeIds()).toEqual(ALL.slice(0, 11));
  });

  it('stall: the rest never comes', async () => {
    const answer = ofPercent(60, 'stall');
    await until(() => bench.simulator.requests().at(-1)?.fault === 'truncate');
    await until(() => bench.simulator.requests().at(-1)?.status === 200);
    await bench.simulator.stop();
    expect(await answer).toMatch(/aborted|ECONNRESET/);
    expect(wholeIds()).toEqual(ALL.slice(0, 11));
  });

  it.each([
    [0, 0],
    [100, COUNT],
  ])('%i percent', async (percent, whole) => {
    await ofPercent(percent, 'body');
    expect(wholeIds()).toHaveLength(whole);
  });
});

describe('what else leaves reports out of a page', () => {
  it.each<[FaultOrder, string[]]>([
    [{ kind: 'missing-entries', count: 3, on: 'getIMSReport' }, ALL.slice(3)],
    [{ kind: 'malformed-reports', count: 2 }, ALL.slice(2)],
    [{ kind: 'code', code: 'ERROR_PARAMS', accept: true }, []],
    [{ kind: 'html', accept: true }, []],
    [{ kind: 'reordered-entries' }, ALL],
    [{ kind: 'stranger-entries', count: 4 }, ALL],
    [{ kind: 'numeric-ids' }, ALL],
    [{ kind: 'gzip' }, ALL],
    [{ kind: 'odd-reports' }, ALL],
  ])('%j: the oracle knows which are whole', async (fault, whole) => {
    await pullUnder(fault);
    expect(bench.simulator.handedOut()).toHaveLength(COUNT);
    expect(wholeIds()).toEqual(whole);
  });
});
