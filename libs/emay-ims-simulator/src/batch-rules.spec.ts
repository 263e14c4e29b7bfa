import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Bench, dataOf, type Entry, mobiles } from './testing/gateway-caller.js';

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.start();
});
afterEach(() => bench.simulator.stop());

const statesByImsId = () => new Map(bench.simulator.pendingReports().map(({ imsId, state }) => [imsId, state]));

const statesOf = (entries: readonly Entry[]) => {
  const states = statesByImsId();
  return entries.map(({ imsId }) => states.get(imsId));
};

it('accepts every entry in request order, bad numbers too, which then fail', async () => {
  const entries = await bench.batch([
    { mobile: '0061422118001', customImsId: 'a' },
    { mobile: 'bad', customImsId: 'b' },
    { mobile: '', customImsId: 'c' },
    { mobile: '0061422118000' },
  ]);
  expect(entries.map(({ mobile, customImsId }) => [mobile, customImsId])).toEqual([
    ['0061422118001', 'a'],
    ['bad', 'b'],
    ['', 'c'],
    ['0061422118000', undefined],
  ]);
  expect(statesOf(entries)).toEqual(['DELIVRD', 'FAIL_MOBILE', 'FAIL_MOBILE', 'DELIVRD']);
});

it('sends a number once in a batch; its repeats fail', async () => {
  const entries = await bench.batch([
    { mobile: '0061422118000' },
    { mobile: '0061422118001' },
    { mobile: '0061422118000' },
    { mobile: '0061422118000' },
  ]);
  expect(statesOf(entries)).toEqual(['DELIVRD', 'DELIVRD', 'FAIL_MOBILE_REPEAT', 'FAIL_MOBILE_REPEAT']);
});

it('knows a repeat among own texts by number and text', async () => {
  const imses = [
    { mobile: '0061422118000', content: 'one' },
    { mobile: '0061422118000', content: 'two' },
    { mobile: '0061422118001', content: 'one' },
    { mobile: '0061422118000', content: 'one' },
  ];
  const entries = dataOf<Entry[]>(await bench.call('sendPersonalityIMS', { imses }));
  expect(statesOf(entries)).toEqual(['DELIVRD', 'DELIVRD', 'DELIVRD', 'FAIL_MOBILE_REPEAT']);
  expect(bench.simulator.accepted().map(({ content }) => content)).toEqual(['one', 'two', 'one', 'one']);
});

it('takes the same number again in another call, and the same customImsId anywhere', async () => {
  const first = await bench.single('0061422118000', { customImsId: 'same' });
  const second = await bench.single('0061422118000', { customImsId: 'same' });
  expect(second.imsId).not.toBe(first.imsId);
  expect(statesOf([first, second])).toEqual(['DELIVRD', 'DELIVRD']);
});

it.each(['\u00a0', '\ufeff', '\u3000', '\u2028'])('does not trim %j, which is no blank to Java', async (blank) => {
  const fields = { mobile: `${blank}0061422118000`, content: 'Hello' };
  expect(await bench.code('sendSingleIMS', fields)).toBe('ERROR_MOBILE_ERROR');
  expect(await bench.code('sendBatchIMS', { content: 'Hello', imses: [fields] })).toBe('ERROR_MOBILE_ERROR');
  expect(await bench.code('sendSingleIMS', { ...fields, mobile: blank })).toBe('ERROR_MOBILE_ERROR');
});

it.each(['\0', '\t', '\u001f', ' '])('trims %j as Java does', async (blank) => {
  await bench.single(`${blank}0061422118000${blank}`);
  await bench.batch([{ mobile: `${blank}0061422118000` }]);
  expect(await bench.code('sendSingleIMS', { mobile: blank, content: 'Hello' })).toBe('ERROR_MOBILE_EMPTY');
});

it('trims a number to check it, stores it as it came, and fails it later', async () => {
  const padded = await bench.single(' 0061422118000 ');
  expect(padded.mobile).toBe(' 0061422118000 ');
  expect(statesOf([padded])).toEqual(['FAIL_MOBILE']);
});

it('delivers 650 consecutive numbers', async () => {
  const numbers = mobiles(650);
  const entries = [
    ...(await bench.batch(numbers.slice(0, 300).map((mobile) => ({ mobile })))),
    ...(await bench.batch(numbers.slice(300, 600).map((mobile) => ({ mobile })))),
    ...(await bench.batch(numbers.slice(600).map((mobile) => ({ mobile })))),
  ];
  expect(entries.map(({ mobile }) => mobile)).toEqual(numbers);
  expect(new Set(statesOf(entries))).toEqual(new Set(['DELIVRD']));
});
