import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FaultOrder } from './faults/fault.js';
import { ODD_SHAPES } from './faults/odd-report-shapes.js';
import { Bench, dataOf, mobiles, type RawAnswer, type Report } from './testing/gateway-caller.js';

const COUNT = 20;

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.start({ reportsPerSecond: Infinity });
  await bench.batch(mobiles(COUNT).map((mobile, index) => ({ mobile, customImsId: `id-${index}` })));
  bench.simulator.releaseReports();
});
afterEach(() => bench.simulator.stop());

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

describe('odd-reports', () => {
  const shaped = async (shape: keyof typeof ODD_SHAPES) => {
    const [report] = dataOf<Record<string, unknown>[]>(await pullUnder({ kind: 'odd-reports', shape }));
    return report;
  };

  it.each<[keyof typeof ODD_SHAPES, Record<string, unknown>]>([
    ['state-lower-case', { state: 'delivrd' }],
    ['state-mixed-case', { state: 'Delivrd' }],
    ['state-unlisted', { state: 'FAIL_NEVER_SEEN' }],
    ['times-fraction', { receiveTime: '2026-03-15 12:00:00.0' }],
    ['times-iso', { receiveTime: '2026-03-15T12:00:00+08:00' }],
    ['times-slashes', { receiveTime: '2026/03/15 12:00:00' }],
    ['times-compact', { submitTime: '20260315120000' }],
    ['times-epoch', { receiveTime: Date.UTC(2026, 2, 15, 4) }],
    ['times-epoch-seconds', { receiveTime: Date.UTC(2026, 2, 15, 4) / 1000 }],
    ['mobile-without-zeros', { mobile: '61422118000' }],
    ['mobile-plus', { mobile: '+61422118000' }],
    ['mobile-local', { mobile: '0422118000' }],
    ['mobile-prefixed', { mobile: '00611422118000' }],
    ['ids-numeric', { imsId: expect.any(Number) }],
    ['ids-null', { imsId: null, customImsId: null }],
    ['id-nul', { customImsId: 'id-0\u0000' }],
    ['desc-lone-surrogate', { desc: 'a\uD800b' }],
  ])('%s', async (shape, expected) => {
    expect(await shaped(shape)).toMatchObject(expected);
  });

  it('ims-id-only: nothing else is there', async () => {
    expect(await shaped('ims-id-only')).toEqual({ imsId: bench.simulator.accepted()[0]!.imsId });
  });

  it.each([
    ['00525512345678', '005215512345678'],
    ['00541112345678', '005491112345678'],
    ['005491112345678', '00541112345678'],
  ])('mobile-prefixed: %s becomes %s', (mobile, expected) => {
    expect(ODD_SHAPES['mobile-prefixed']({ mobile })).toEqual({ mobile: expected });
  });

  it('one after the other, and only so many', async () => {
    const page = dataOf<Report[]>(await pullUnder({ kind: 'odd-reports', count: 2 }));
    expect(page.map(({ state }) => state)).toEqual(['delivrd', 'Delivrd', ...ALL.slice(2).map(() => 'DELIVRD')]);
  });
});

describe('absurd-page', () => {
  it.each([
    ['no-reports', 'behind', 0],
    ['no-reports', 'before', 10_000],
    ['ims-ids', 'behind', 0],
    ['text', 'before', 1],
    ['fields', 'behind', 0],
  ] as const)('%s, %s: the genuine reports are there', async (shape, place, before) => {
    const data = dataOf<Report[]>(await pullUnder({ kind: 'absurd-page', shape, size: 10_000, place }));
    expect(data.length).toBe(COUNT + (shape === 'text' || shape === 'fields' ? 1 : 10_000));
    expect(idsOf(data.slice(before, before + COUNT))).toEqual(ALL);
    expect(wholeIds()).toEqual(ALL);
  });

  it('deep: as many levels as asked', async () => {
    const { text } = await pullUnder({ kind: 'absurd-page', shape: 'deep', size: 50_000 });
    expect(text).toContain(`,${'['.repeat(50_000)}${']'.repeat(50_000)}]}`);
  });

  it('leaves a refusal a refusal', async () => {
    bench.simulator.inject({ kind: 'absurd-page' });
    expect(await bench.code('getIMSReport', { sign: 'wrong' })).toBe('ERROR_SIGN');
  });
});

describe('reports of messages that somebody else sent', () => {
  const sendUnder = async (fault: FaultOrder) => {
    await bench.pull();
    bench.simulator.inject(fault);
    await bench.single('0061422118099', { customImsId: 'mine' });
    return bench.pull();
  };

  it.each<[Partial<Extract<FaultOrder, { kind: 'stranger-reports' }>>, Record<string, unknown>]>([
    [{}, { customImsId: 'stranger-000000', mobile: '0061422118099', state: 'DELIVRD' }],
    [
      { ids: 'ours', state: 'FAIL_MOBILE' },
      { customImsId: 'mine', mobile: '0061422118099', state: 'FAIL_MOBILE' },
    ],
    [
      { ids: 'ours', numbers: 'theirs' },
      { customImsId: 'mine', mobile: '0061400000000' },
    ],
  ])('stranger-reports, %j', async (fields, expected) => {
    const reports = await sendUnder({ kind: 'stranger-reports', ...fields });
    expect(reports).toEqual([expect.objectContaining(expected)]);
    expect(bench.simulator.accepted().map(({ imsId }) => imsId)).not.toContain(reports[0]!.imsId);
    expect(bench.simulator.handedOut().at(-1)).toMatchObject(expected);
  });

  it('stranger-reports without ids, several of them', async () => {
    const reports = await sendUnder({ kind: 'stranger-reports', ids: 'none', count: 3 });
    expect(reports).toHaveLength(3);
    for (const report of reports) expect(report).not.toHaveProperty('customImsId');
    expect(new Set(reports.map(({ imsId }) => imsId)).size).toBe(3);
  });

  it('reportOfStranger: for an id that was never sent', async () => {
    await bench.pull();
    const [account] = bench.simulator.accounts;
    const report = bench.simulator.reportOfStranger({ mobile: '0061422118000', customImsId: 'still-queued' });
    bench.simulator.pushReport(account!.appId, report);
    expect(await bench.pull()).toEqual([report]);
    expect(report).toMatchObject({ customImsId: 'still-queued', state: 'DELIVRD', desc: '成功' });
  });
});
