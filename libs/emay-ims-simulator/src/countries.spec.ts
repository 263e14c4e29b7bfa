import { describe, expect, it } from '@jest/globals';
import { type CountryProfiles, REALISTIC_COUNTRIES } from './circumstances/country-profile.js';
import { CountryBook } from './gateway/country-book.js';
import { seededRandom } from './gateway/random.js';
import type { SimulatorOptions } from './options.js';
import { startSimulator } from './start-simulator.js';
import { Bench, parsed } from './testing/gateway-caller.js';

const numbersOf = (code: string, count: number) =>
  Array.from({ length: count }, (_, index) => `00${code}${4_000_000_000 + index}`);

async function run(options: SimulatorOptions, mobiles: readonly string[]) {
  const bench = await Bench.start(options);
  for (let index = 0; index < mobiles.length; index += 300) {
    await bench.batch(mobiles.slice(index, index + 300).map((mobile) => ({ mobile })));
  }
  const pending = bench.simulator.pendingReports();
  const startedAt = bench.now;
  await bench.simulator.stop();
  return pending.map(({ mobile, state, dueAt }) => ({ mobile, state, delay: dueAt - startedAt }));
}

it('each country has its delay, the longest code that fits wins', async () => {
  const countries: CountryProfiles = {
    '1': { reportDelayMs: 10 },
    '1876': { reportDelayMs: 20 },
    '*': { reportDelayMs: 30 },
  };
  const reports = await run({ countries }, ['0012025550100', '0018765550100', '0061422118000']);
  expect(reports.map(({ mobile, delay }) => [mobile, delay])).toEqual([
    ['0012025550100', 10],
    ['0018765550100', 20],
    ['0061422118000', 30],
  ]);
});

it('the mix and the loss are as configured, and the same for the same seed', async () => {
  const countries = { '61': { outcomes: { DELIVRD: 3, FAIL_RESPONSE: 1 }, reportLoss: 0.1 } };
  const mobiles = numbersOf('61', 3_000);
  const reports = await run({ countries, seed: 5 }, mobiles);
  expect(Math.abs(reports.length - 2_700)).toBeLessThan(90);
  const failed = reports.filter(({ state }) => state === 'FAIL_RESPONSE').length;
  expect(Math.abs(failed / reports.length - 0.25)).toBeLessThan(0.03);
  expect(await run({ countries, seed: 5 }, mobiles)).toEqual(reports);
  expect(await run({ countries, seed: 6 }, mobiles)).not.toEqual(reports);
});

it('other countries, magic, bad and repeated numbers keep their own outcomes', async () => {
  const countries = { '61': { reportLoss: 1 } };
  const reports = await run({ countries }, ['0044422118000', '0061429999003', '12', '0044422118000', '0061422118000']);
  expect(reports.map(({ mobile, state }) => `${mobile} ${state}`).toSorted()).toEqual([
    '0044422118000 DELIVRD',
    '0044422118000 FAIL_MOBILE_REPEAT',
    '0061429999003 FAIL_BALANCE',
    '12 FAIL_MOBILE',
  ]);
});

it('a log-normal delay has the median and the 95th percentile that it is given', () => {
  const book = new CountryBook({ '61': { reportDelayMs: { median: 1_000, p95: 9_000 } } }, 300, seededRandom(3));
  const delays = Array.from({ length: 20_000 }, () => book.drawDelay('0061422118000')).toSorted((a, b) => a - b);
  expect(Math.abs(delays[10_000]! / 1_000 - 1)).toBeLessThan(0.05);
  expect(Math.abs(delays[19_000]! / 9_000 - 1)).toBeLessThan(0.08);
  expect(delays[0]).toBeGreaterThanOrEqual(0);
});

it('the realistic ones bring every outcome of a carrier', async () => {
  const reports = await run({ countries: REALISTIC_COUNTRIES }, numbersOf('91', 3_000));
  expect(new Set(reports.map(({ state }) => state))).toEqual(
    new Set(['DELIVRD', 'FAIL_RESPONSE', 'FAIL_UNKNOW', 'TIMEOUT', 'FAIL_MOBILE_SUPPORT', 'FAIL_BLACK_DICT']),
  );
  expect(reports.length).toBeLessThan(3_000);
});

describe('profiles that make no sense', () => {
  it.each([
    [[], 'write an object such as'],
    [{ '061': {} }, '"061" is not a calling code'],
    [{ '61': 5 }, '61: write an object'],
    [{ '61': { delay: 5 } }, '61: there is no "delay"; write one of: reportDelayMs, outcomes, reportLoss'],
    [{ '61': { reportLoss: 2 } }, 'reportLoss is a share from 0 to 1'],
    [{ '61': { outcomes: {} } }, 'outcomes are report states with their weights'],
    [{ '61': { outcomes: { DELIVRD: -1 } } }, 'outcomes are report states'],
    [{ '61': { outcomes: { DELIVRD: 0 } } }, 'outcomes are report states'],
    [{ '61': { reportDelayMs: { median: 9, p95: 3 } } }, 'reportDelayMs is milliseconds'],
    [{ '61': { reportDelayMs: 'soon' } }, 'reportDelayMs is milliseconds'],
  ])('%j', async (countries, message) => {
    const wrong = parsed<CountryProfiles>(JSON.stringify(countries));
    await expect(startSimulator({ countries: wrong })).rejects.toThrow(message);
  });
});
