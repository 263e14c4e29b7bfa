import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FaultOrder } from './faults/fault.js';
import type { EmptyBatch } from './options.js';
import { Bench, dataOf, type Entry } from './testing/gateway-caller.js';

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.start({ reportsPerSecond: Infinity });
});
afterEach(() => bench.simulator.stop());

const IMSES = ['a', 'b', 'c'].map((customImsId, index) => ({ mobile: `006142211800${index}`, customImsId }));
const inject = (fault: FaultOrder) => bench.simulator.inject(fault);
const sendBatch = (fields: Record<string, unknown> = {}) =>
  bench.call('sendBatchIMS', { content: 'Hello', imses: IMSES, ...fields });
const accepted = () => bench.simulator.accepted().map(({ customImsId }) => customImsId);

describe('an error although messages were taken', () => {
  it('all of them: code with accept', async () => {
    inject({ kind: 'code', code: 'ERROR_PARAMS', accept: true });
    expect((await sendBatch()).text).toBe('{"code":"ERROR_PARAMS"}');
    expect(accepted()).toEqual(['a', 'b', 'c']);
  });

  it('by a magic number', async () => {
    expect(await bench.code('sendSingleIMS', { mobile: '0061429999036', content: 'Hello' })).toBe('ERROR_PARAMS');
    expect(bench.simulator.accepted()).toHaveLength(1);
  });

  it.each([
    [{}, ['a'], 'ERROR_PARAMS'],
    [{ count: 2, code: 'ERROR_BALANCE' }, ['a', 'b'], 'ERROR_BALANCE'],
    [{ count: 0 }, [], 'ERROR_PARAMS'],
    [{ count: 9 }, ['a', 'b', 'c'], 'ERROR_PARAMS'],
  ])('some of them: partly-accepted, %j', async (fields, taken, code) => {
    inject({ kind: 'partly-accepted', ...fields });
    expect((await sendBatch()).text).toBe(`{"code":"${code}"}`);
    expect(accepted()).toEqual(taken);
    expect(bench.simulator.requests().at(-1)).toMatchObject({ recipients: 3, taken: taken.length, code });
    expect(bench.simulator.requests().at(-1)).not.toHaveProperty('wholeReports');
    expect(bench.simulator.pendingReports()).toHaveLength(taken.length);
  });

  it('partly-accepted leaves a refusal a refusal', async () => {
    inject({ kind: 'partly-accepted' });
    expect(await bench.code('sendBatchIMS', { content: '', imses: IMSES })).toBe('ERROR_CONTENT_EMPTY');
  });
});

describe('the code in the HTTP header result', () => {
  it('of an error, with an empty body', async () => {
    inject({ kind: 'result-header' });
    const { status, headers, text } = await sendBatch({ sign: 'wrong' });
    expect([status, headers.result, text]).toEqual([200, 'ERROR_SIGN', '']);
    expect(bench.simulator.requests().at(-1)).toMatchObject({ code: 'ERROR_SIGN', taken: 0 });
  });

  it('of a success too, with its body', async () => {
    inject({ kind: 'result-header' });
    const answer = await sendBatch();
    expect(answer.headers.result).toBe('SUCCESS');
    expect(dataOf<Entry[]>(answer)).toHaveLength(3);
  });

  it('any code, on either side of the acceptance', async () => {
    for (const accept of [false, true]) {
      inject({ kind: 'code', code: 'ERROR_PARAMS', where: 'header', accept });
      const { headers, text } = await sendBatch();
      expect([headers.result, text]).toEqual(['ERROR_PARAMS', '']);
      expect(accepted()).toHaveLength(accept ? 3 : 0);
    }
  });
});

describe('an empty batch', () => {
  const LONG = 'x'.repeat(501);
  const empty = async (emptyBatch: EmptyBatch | undefined, content: string) => {
    await bench.simulator.stop();
    bench = await Bench.start(emptyBatch === undefined ? {} : { emptyBatch });
    return bench.code('sendBatchIMS', { content, imses: [] });
  };

  it.each([
    [undefined, 'ERROR_MOBILE_EMPTY', 'ERROR_MOBILE_EMPTY', 'ERROR_MOBILE_EMPTY'],
    ['list-first', 'ERROR_MOBILE_EMPTY', 'ERROR_MOBILE_EMPTY', 'ERROR_MOBILE_EMPTY'],
    ['content-first', 'ERROR_MOBILE_EMPTY', 'ERROR_LONG_CONTENT', 'ERROR_CONTENT_EMPTY'],
    ['params', 'ERROR_PARAMS', 'ERROR_PARAMS', 'ERROR_PARAMS'],
  ] as const)('%s: with a text %s, a long one %s, none %s', async (order, withText, withLong, withNone) => {
    expect(await empty(order, 'Hello')).toBe(withText);
    expect(await empty(order, LONG)).toBe(withLong);
    expect(await empty(order, '')).toBe(withNone);
    expect(await bench.code('sendBatchIMS', { content: LONG, imses: [], sign: 'wrong' })).toBe('ERROR_SIGN');
    expect(await bench.code('sendPersonalityIMS', { imses: [] })).toBe(
      order === 'params' ? 'ERROR_PARAMS' : 'ERROR_MOBILE_EMPTY',
    );
    expect(await bench.code('sendBatchIMS', { content: 'Hello', imses: IMSES })).toBe('SUCCESS');
    expect(accepted()).toEqual(['a', 'b', 'c']);
  });

  it('another word is refused', async () => {
    await expect(Bench.start({ emptyBatch: 'never' as EmptyBatch })).rejects.toThrow(
      'emptyBatch: write one of: list-first, content-first, params.',
    );
  });
});
