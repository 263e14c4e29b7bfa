import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FaultOrder } from './faults/fault.js';
import { Bench, dataOf, type Entry, type Report, until } from './testing/gateway-caller.js';

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.start({ reportsPerSecond: Infinity });
});
afterEach(() => bench.simulator.stop());

const IMSES = ['a', 'b'].map((customImsId, index) => ({ mobile: `006142211800${index}`, customImsId }));
const statesOf = (reports: readonly Report[]) => reports.map(({ customImsId, state }) => `${customImsId} ${state}`);

async function sendUnder(fault: FaultOrder): Promise<void> {
  bench.simulator.inject(fault);
  const entries = dataOf<Entry[]>(await bench.call('sendBatchIMS', { content: 'Hello', imses: IMSES }));
  expect(entries.map(({ customImsId }) => customImsId)).toEqual(['a', 'b']);
  expect(bench.simulator.requests().at(-1)!.fault).toBe(fault.kind);
}

/** The reports that fall due within so many milliseconds more. */
async function reportsAfter(ms: number): Promise<string[]> {
  bench.now += ms;
  return statesOf(await bench.pull());
}

describe('reports that go wrong', () => {
  it('late-reports: they come that much later, and only those of the one request', async () => {
    await sendUnder({ kind: 'late-reports', byMs: 5_000 });
    await bench.single('0061422118009', { customImsId: 'c' });
    expect(await reportsAfter(5_299)).toEqual(['c DELIVRD']);
    expect(await reportsAfter(1)).toEqual(['a DELIVRD', 'b DELIVRD']);
  });

  it('lost-reports: none ever comes', async () => {
    await sendUnder({ kind: 'lost-reports' });
    expect(bench.simulator.pendingReports()).toEqual([]);
    expect(bench.simulator.accepted()).toHaveLength(2);
  });

  it('duplicate-reports: the copies too have their time', async () => {
    await sendUnder({ kind: 'duplicate-reports', count: 2, byMs: 1_000 });
    expect(await reportsAfter(300)).toEqual(['a DELIVRD', 'b DELIVRD']);
    expect(await reportsAfter(999)).toEqual([]);
    expect(await reportsAfter(1)).toEqual(['a DELIVRD', 'a DELIVRD', 'b DELIVRD', 'b DELIVRD']);
  });

  it('conflicting-reports: another state follows', async () => {
    await sendUnder({ kind: 'conflicting-reports', state: 'FAIL_UNKNOW', byMs: 1_000 });
    expect(await reportsAfter(300)).toEqual(['a DELIVRD', 'b DELIVRD']);
    expect(await reportsAfter(1_000)).toEqual(['a FAIL_UNKNOW', 'b FAIL_UNKNOW']);
  });

  it('early-reports: a pull gets them while the answer to the send still waits', async () => {
    bench.simulator.inject({ kind: 'early-reports', answerAfterMs: 60_000 });
    const answer = bench.single('0061422118000', { customImsId: 'a' }).catch((error: Error) => error.message);
    await until(() => bench.simulator.accepted().length === 1);
    expect(await reportsAfter(0)).toEqual(['a DELIVRD']);
    expect(bench.simulator.requests()[0]).not.toHaveProperty('status');
    await bench.simulator.stop();
    expect(await answer).toMatch(/ECONNRESET|hang up/);
  });

  it('these faults wait for a send, whatever is pulled meanwhile', async () => {
    bench.simulator.inject({ kind: 'lost-reports' });
    await bench.pull();
    expect(bench.simulator.faults()).toHaveLength(1);
    await bench.single('0061422118000');
    expect(bench.simulator.faults()).toEqual([]);
    expect(bench.simulator.pendingReports()).toEqual([]);
  });
});

describe('malformed-reports', () => {
  const pullUnder = async (fault: FaultOrder): Promise<unknown[]> => {
    const imses = Array.from({ length: 10 }, (_, index) => ({ mobile: `006142211800${index}` }));
    await bench.batch(imses);
    bench.simulator.releaseReports();
    bench.simulator.inject(fault);
    return bench.pull();
  };

  it('spoils the first ones, each in another way, and leaves the others', async () => {
    const page = await pullUnder({ kind: 'malformed-reports', count: 9 });
    const [nothing, text, ...rest] = page;
    expect([nothing, text]).toEqual([null, 'DELIVRD']);
    expect(rest).toEqual([
      expect.not.objectContaining({ state: expect.anything() }),
      expect.not.objectContaining({ mobile: expect.anything() }),
      expect.not.objectContaining({ receiveTime: expect.anything() }),
      expect.objectContaining({ state: 1 }),
      expect.objectContaining({ mobile: { number: '0061422118006' } }),
      expect.objectContaining({ receiveTime: '2026-02-30 25:61:00' }),
      expect.objectContaining({ state: 'X'.repeat(5_000) }),
      expect.objectContaining({ mobile: '0061422118009', state: 'DELIVRD' }),
    ]);
  });

  it('takes one shape where asked, and keeps what it handed out in the list as it was', async () => {
    const page = await pullUnder({ kind: 'malformed-reports', count: 2, shape: 'null' });
    expect(page.slice(0, 3)).toEqual([null, null, expect.objectContaining({ state: 'DELIVRD' })]);
    expect(bench.simulator.handedOut()).toHaveLength(10);
  });
});

describe('clock-skew', () => {
  it('judges the timestamp by a clock that is off', async () => {
    bench.simulator.inject({ kind: 'clock-skew', times: 2 });
    expect(await bench.code('sendSingleIMS', { mobile: '0061422118000', content: 'Hello' })).toBe('ERROR_TIMESTAMP');
    expect(await bench.code('getIMSReport')).toBe('ERROR_TIMESTAMP');
    expect(bench.simulator.accepted()).toEqual([]);
  });

  it('within the tolerance it shifts the times in reports, and not what is due', async () => {
    await bench.single('0061422118000');
    bench.now += 300;
    bench.simulator.inject({ kind: 'clock-skew', ms: -5 * 60_000 });
    expect(await bench.pull()).toEqual([
      expect.objectContaining({ submitTime: '2026-03-15 11:55:00', receiveTime: '2026-03-15 11:55:00' }),
    ]);
  });
});
