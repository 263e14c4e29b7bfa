import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MAGIC_NUMBERS, MAGIC_PREFIX } from './gateway/magic-numbers.js';
import { Bench, until } from './testing/gateway-caller.js';
import { ANSWER_CODES } from './wire/answer-code.js';
import { REPORT_STATES } from './wire/report-state.js';

const ending = (digits: string) => `006142${MAGIC_PREFIX}${digits}`;

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.start({ reportsPerSecond: Infinity });
});
afterAll(() => bench.simulator.stop());

const endings = [...MAGIC_NUMBERS].map(([digits, outcome]) => ({ digits, outcome }));
const withReports = endings.flatMap(({ digits, outcome }) => ('reports' in outcome ? [{ digits, ...outcome }] : []));
const withFault = endings.flatMap(({ digits, outcome }) => ('fault' in outcome ? [{ digits, ...outcome }] : []));

describe('endings that choose reports', () => {
  it.each(withReports)('$digits: $meaning', async ({ digits, reports }) => {
    await bench.single(ending(digits), { customImsId: `id-${digits}` });
    bench.simulator.releaseReports();
    const received = await bench.pull();
    expect(received.map(({ state }) => state)).toEqual(reports.map(({ state }) => state));
    received.forEach((report, index) => {
      const { omits } = reports[index]!;
      const described = report.state in REPORT_STATES;
      expect('imsId' in report).toBe(omits !== 'imsId');
      expect('customImsId' in report).toBe(omits !== 'customImsId');
      expect('desc' in report).toBe(omits !== 'desc' && described);
      expect(report.submitTime === null).toBe(omits === 'submitTime');
    });
  });

  it('reach every state of the document', () => {
    const states = new Set(withReports.flatMap(({ reports }) => reports.map(({ state }) => state)));
    expect([...states]).toEqual(expect.arrayContaining(Object.keys(REPORT_STATES)));
  });

  it('are due at once where the platform itself fails a message, or the number asks for it', async () => {
    for (const digits of ['03', '04', '05', '06', '07', '10', '16']) await bench.single(ending(digits));
    expect(await bench.pull()).toHaveLength(7);
    for (const digits of ['01', '08', '09', '12']) await bench.single(ending(digits));
    expect(await bench.pull()).toEqual([]);
    bench.now += 300;
    expect(await bench.pull()).toHaveLength(4);
  });
});

describe('endings that spoil the call', () => {
  it.each(withFault)('$digits: $meaning', async ({ digits, fault }) => {
    const before = bench.simulator.accepted().length;
    const answer = bench.call('sendBatchIMS', {
      content: 'Hello',
      imses: [{ mobile: '0061422118000' }, { mobile: ending(digits) }],
    });
    // A hang ends with the simulator, after the last test.
    answer.catch(() => {});
    const requests = bench.simulator.requests().length;
    await until(() => bench.simulator.requests().slice(requests).at(-1)?.fault === fault.kind);
    const accepts = fault.kind === 'reset-after' || fault.kind === 'truncate' || ('accept' in fault && fault.accept);
    expect(bench.simulator.accepted()).toHaveLength(before + (accepts ? 2 : 0));
  });

  it.each(withFault.flatMap(({ digits, fault }) => (fault.kind === 'code' ? [[digits, fault.code]] : [])))(
    '%s is answered %s',
    async (digits, code) => {
      const { text } = await bench.call('sendSingleIMS', { mobile: ending(digits), content: 'Hello' });
      expect(text).toBe(JSON.stringify({ code }));
    },
  );

  it('reach every code of the document but SUCCESS', () => {
    const codes = withFault.map(({ fault }) => ('code' in fault ? fault.code : ''));
    expect([...codes, 'SUCCESS']).toEqual(expect.arrayContaining(Object.keys(ANSWER_CODES)));
  });

  it('do not come before the checks', async () => {
    expect(await bench.code('sendSingleIMS', { mobile: ending('41'), content: 'x', sign: 'wrong' })).toBe('ERROR_SIGN');
    expect(await bench.code('sendSingleIMS', { mobile: ending('41'), content: '' })).toBe('ERROR_CONTENT_EMPTY');
  });
});

it.each(['README.md', 'README.zh.md'])('%s lists every ending', (file) => {
  const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
  const listed = [...text.matchAll(/^\| `…99990(\d\d)` \|/gm)].map(([, digits]) => digits);
  expect(listed).toEqual([...MAGIC_NUMBERS.keys()]);
});
