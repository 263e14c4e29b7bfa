import { afterEach, expect, it } from '@jest/globals';
import type { SimulatorOptions } from './options.js';
import { Bench, mobiles } from './testing/gateway-caller.js';

let bench: Bench;

const start = async (options?: SimulatorOptions) => {
  bench = await Bench.start(options);
  return bench;
};
afterEach(() => bench.simulator.stop());

const sendMany = async (count: number) => {
  const numbers = mobiles(count);
  for (let from = 0; from < count; from += 300) {
    await bench.batch(numbers.slice(from, from + 300).map((mobile) => ({ mobile })));
  }
};

it('answers an empty array when nothing is due', async () => {
  await start();
  expect((await bench.call('getIMSReport')).text).toBe('{"code":"SUCCESS","data":[]}');
});

it('gives a report once, in the document shape and the time of UTC+8', async () => {
  await start({ reportDelayMs: 5000 });
  const { imsId } = await bench.single('0061422118000', { customImsId: 'mine' });
  bench.now += 4999;
  expect(await bench.pull()).toEqual([]);
  bench.now += 1;
  expect(await bench.pull()).toEqual([
    {
      mobile: '0061422118000',
      imsId,
      customImsId: 'mine',
      state: 'DELIVRD',
      desc: '成功',
      receiveTime: '2026-03-15 12:00:05',
      submitTime: '2026-03-15 12:00:00',
    },
  ]);
  expect(await bench.pull()).toEqual([]);
  expect(bench.simulator.handedOut()).toEqual([
    expect.objectContaining({ imsId, customImsId: 'mine', state: 'DELIVRD', finished: true }),
  ]);
});

it('loses the reports of an answer that never arrives', async () => {
  await start();
  const { imsId } = await bench.single('0061422118000');
  bench.simulator.releaseReports();
  bench.simulator.inject({ kind: 'reset-after', on: 'getIMSReport' });
  await expect(bench.pull()).rejects.toThrow(/ECONNRESET|hang up/);
  expect(await bench.pull()).toEqual([]);
  expect(bench.simulator.pendingReports()).toEqual([]);
  expect(bench.simulator.handedOut()).toEqual([expect.objectContaining({ imsId, finished: false })]);
});

it.each([
  [undefined, 500],
  [null, 500],
  [0, 500],
  [-1, 500],
  [501, 500],
  [500, 500],
  [7, 7],
])('takes number %p for %d', async (number, expected) => {
  await start();
  await sendMany(510);
  bench.simulator.releaseReports();
  expect(await bench.pull({ number })).toHaveLength(expected);
  expect(bench.simulator.pendingReports()).toHaveLength(510 - expected);
});

it('answers ERROR_PARAMS to a number that is no integer', async () => {
  await start();
  expect(await bench.code('getIMSReport', { number: '500' })).toBe('ERROR_PARAMS');
  expect(await bench.code('getIMSReport', { number: 1.5 })).toBe('ERROR_PARAMS');
});

it('keeps one queue for each account', async () => {
  const other = { appId: 'other', secretKey: 'key' };
  await start({ accounts: [{ appId: 'EUCP-EMY-SMS0-SIMUL', secretKey: '0123456789ABCDEF' }, other] });
  await bench.single('0061422118000');
  bench.simulator.releaseReports();
  expect(await bench.pull(bench.signed({}, other))).toEqual([]);
  expect(await bench.pull()).toHaveLength(1);
});

it('lets ten report calls through in any second, before it looks at address or sign', async () => {
  await start();
  for (let call = 0; call < 10; call++) {
    expect(await bench.code('getIMSReport')).toBe('SUCCESS');
    bench.now += 50;
  }
  expect(await bench.code('getIMSReport', { sign: 'wrong', timestamp: '' })).toBe('ERROR_OVER_SPEED');
  expect(await bench.code('getIMSReport', { appId: 'nobody' })).toBe('ERROR_APPID');
  bench.now += 499;
  expect(await bench.code('getIMSReport')).toBe('ERROR_OVER_SPEED');
  bench.now += 1;
  expect(await bench.code('getIMSReport')).toBe('SUCCESS');
  expect(await bench.code('getIMSReport')).toBe('ERROR_OVER_SPEED');
});

it('does not limit the pace of sends', async () => {
  await start();
  for (let call = 0; call < 25; call++) await bench.single('0061422118000');
  expect(bench.simulator.accepted()).toHaveLength(25);
});

const delays = async (seed: number) => {
  await start({ reportDelayMs: { min: 100, max: 900 }, seed });
  await sendMany(100);
  const drawn = bench.simulator.pendingReports().map(({ dueAt }) => dueAt - bench.now);
  await bench.simulator.stop();
  return drawn;
};

it('draws delays from a range, the same for the same seed', async () => {
  const [first, again, other] = [await delays(7), await delays(7), await delays(8)];
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
  expect(Math.min(...first)).toBeGreaterThanOrEqual(100);
  expect(Math.max(...first)).toBeLessThanOrEqual(900);
  expect(new Set(first).size).toBeGreaterThan(10);
});

it('makes TIMEOUT up after two days', async () => {
  await start();
  await bench.single('0061429999002');
  bench.now += 2 * 86_400_000 - 1;
  expect(await bench.pull()).toEqual([]);
  bench.now += 1;
  expect(await bench.pull()).toEqual([expect.objectContaining({ state: 'TIMEOUT', desc: '运营商状态报告超时' })]);
});

it('hands out whatever is pushed, as it is', async () => {
  await start();
  await bench.single('0061422118000');
  const { accounts } = bench.simulator;
  const { appId } = accounts[0]!;
  const stranger = { mobile: '0061422118009', state: 'DELIVRD', imsId: null };
  const contradiction = bench.simulator.reportFor(bench.simulator.accepted()[0]!, 'FAIL_RESPONSE');
  for (const report of [stranger, 'no report', null, contradiction]) bench.simulator.pushReport(appId, report);
  expect(bench.simulator.pendingReports()).toHaveLength(5);
  expect(await bench.pull()).toEqual([stranger, 'no report', null, contradiction]);
  expect(() => bench.simulator.pushReport('nobody', {})).toThrow('There is no account nobody');
});

it('releases the reports of one account or of all, and counts them', async () => {
  await start();
  await bench.single('0061422118000');
  await bench.single('0061429999003');
  expect(bench.simulator.releaseReports('EUCP-EMY-SMS0-SIMUL')).toBe(1);
  expect(bench.simulator.releaseReports()).toBe(0);
  expect(await bench.pull()).toHaveLength(2);
});
