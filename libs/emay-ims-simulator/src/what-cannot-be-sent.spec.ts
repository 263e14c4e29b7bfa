import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Bench } from './testing/gateway-caller.js';
import { SecureCaller } from './testing/secure-caller.js';

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

it.each(['code', 'partly-accepted'] as const)(
  '%s: a code that no header can hold is one of the plain interface alone',
  async (kind) => {
    const code = '余额不足';
    bench.simulator.inject({ kind, code, times: 2, on: 'sendSingleIMS' });
    expect(await bench.code('sendSingleIMS', { mobile: '0061422118000', content: 'Hello' })).toBe(code);
    const { status, text } = await new SecureCaller(bench).call('sendSingleIMS', {
      mobile: '0061422118000',
      content: 'Hello',
    });
    expect([status, text]).toEqual([500, expect.stringContaining(`The simulator could not play the fault ${kind}: `)]);
    expect(await bench.code('getIMSReport')).toBe('SUCCESS');
  },
);

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
