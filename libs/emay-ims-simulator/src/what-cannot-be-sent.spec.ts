import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Bench } from './testing/gateway-caller.js';

const APP_ID = 'EUCP-EMY-SMS0-SIMUL';

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.start({ reportsPerSecond: Infinity });
});
afterEach(() => bench.simulator.stop());

it('a fault that fails as it is played says so to its caller, and the next call is answered', async () => {
  let written = 0;
  const report = {
    toJSON() {
      if (++written > 1) throw new Error('no such report');
      return {};
    },
  };
  bench.simulator.pushReport(APP_ID, report);
  bench.simulator.inject({ kind: 'gzip', on: 'getIMSReport' });
  const { status, text } = await bench.call('getIMSReport');
  expect([status, text]).toEqual([500, 'The simulator could not play the fault gzip: no such report']);
  expect(bench.simulator.requests()).toEqual([expect.objectContaining({ fault: 'gzip', status: 500, finished: true })]);
  expect(await bench.code('getIMSReport')).toBe('SUCCESS');
});

it('a report that is no JSON is refused as it is put into the queue', () => {
  expect(() => bench.simulator.pushReport(APP_ID, { imsId: 1n })).toThrow('BigInt');
  expect(bench.simulator.pendingReports()).toEqual([]);
});

it('a push whose head cannot be written is a push that failed', async () => {
  await bench.simulator.stop();
  const push = { url: 'http://127.0.0.1:9', everyMs: 2_000_000_000 };
  bench = await Bench.start({ accounts: [{ appId: '账号', secretKey: '0123456789ABCDEF', push }] });
  bench.simulator.pushReport('账号', {});
  await bench.simulator.pushDue();
  expect(bench.simulator.pushed()).toEqual([
    expect.objectContaining({ attempts: [expect.objectContaining({ error: 'ERR_INVALID_CHAR' })] }),
  ]);
});
