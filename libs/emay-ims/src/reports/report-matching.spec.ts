import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ReportedMessage } from '../messages/applied-report.js';
import { STATE_RANK } from '../messages/message-state.js';
import type { DeliveryReport } from '../protocol/index.js';
import { matchReports, reportsByName } from './report-matching.js';

const message = (given: Partial<ReportedMessage> = {}): ReportedMessage => ({
  customImsId: 'one',
  imsId: 'ims-one',
  mobile: '+611',
  state: 'ACCEPTED',
  attempts: 1,
  ...given,
});

const report = (given: Partial<DeliveryReport> = {}): DeliveryReport => ({
  position: 0,
  mobile: null,
  imsId: null,
  customImsId: null,
  state: 'DELIVRD',
  description: null,
  receiveTime: null,
  submitTime: null,
  receiveTimeText: null,
  submitTimeText: null,
  ...given,
});

const matched = (given: Partial<DeliveryReport>, ...known: ReportedMessage[]) =>
  matchReports([report(given)], known).applied.map(({ customImsId }) => customImsId);

const conflictsOf = (stored: ReportedMessage['state'], ...states: string[]) =>
  conflictsWith(message({ state: stored }), ...states);
const conflictsWith = (stored: ReportedMessage, ...states: string[]) =>
  matchReports(
    states.map((state) => report({ customImsId: 'one', state })),
    [stored],
  ).contradictions.length;

describe('matching a report', () => {
  it('goes by our id', () => {
    expect(matched({ customImsId: 'one' }, message(), message({ customImsId: 'two' }))).toEqual(['one']);
    expect(matched({ customImsId: 'one', mobile: '+611', imsId: 'never seen' }, message())).toEqual(['one']);
  });

  it("goes by the gateway's id where ours is missing or unknown", () => {
    expect(matched({ imsId: 'ims-one' }, message())).toEqual(['one']);
    expect(matched({ imsId: 'ims-one', customImsId: 'stranger', mobile: '+611' }, message())).toEqual(['one']);
  });

  it("goes by the gateway's id where ours names a message to another number", () => {
    const other = message({ customImsId: 'two', imsId: 'ims-two', mobile: '+612' });
    expect(matched({ customImsId: 'one', imsId: 'ims-two', mobile: '+612' }, message(), other)).toEqual(['two']);
  });

  it('goes by the number among messages with the same id of the gateway', () => {
    const other = message({ customImsId: 'two', mobile: '+612' });
    expect(matched({ imsId: 'ims-one', mobile: '+611' }, message(), other)).toEqual(['one']);
    expect(matched({ imsId: 'ims-one', mobile: '+612' }, message(), other)).toEqual(['two']);
  });

  it.each([
    ['a number alone', { mobile: '+611' }],
    ['our id with another number', { customImsId: 'one', mobile: '+612' }],
    ["the gateway's id with another number", { imsId: 'ims-one', mobile: '+612' }],
    ['ids of nobody', { imsId: 'x', customImsId: 'y' }],
    ['an id in another case', { customImsId: 'ONE' }],
  ])('does not go by %s', (_, given) => {
    const orphan = report(given);
    expect(matchReports([orphan], [message(), message({ customImsId: 'none', imsId: null })])).toEqual({
      applied: [],
      unsent: [],
      unmatched: [orphan],
      contradictions: [],
    });
  });
});

describe('a number that is written in another way', () => {
  it.each([
    ['with a trunk prefix', '+61422118000', '+0422118000'],
    ['without its country', '+61422118000', '+422118000'],
    ['with the prefix of mobiles in Mexico', '+525512345678', '+5215512345678'],
    ['without that of Argentina', '+5491123456789', '+541123456789'],
    ['with the other one of Argentina', '+5491123456789', '+54111523456789'],
  ])('%s: ids that agree find the message', (_how, mobile, written) => {
    const ours = message({ mobile });
    expect(matched({ customImsId: 'one', imsId: 'ims-one', mobile: written }, ours)).toEqual(['one']);
    expect(matched({ customImsId: 'one', mobile: written }, ours)).toEqual(['one']);
    expect(matched({ imsId: 'ims-one', mobile: written }, ours)).toEqual(['one']);
    expect(matched({ customImsId: 'one', imsId: 'x', mobile: written }, { ...ours, imsId: null })).toEqual(['one']);
    // Here they do not agree.
    expect(matched({ customImsId: 'one', imsId: 'x', mobile: written }, ours)).toEqual([]);
    expect(matched({ mobile: written }, ours)).toEqual([]);
  });

  it('and is another one by its last digits, is nobody’s unless both ids say so', () => {
    const ours = message({ mobile: '+61422118000' });
    expect(matched({ customImsId: 'one', mobile: '+61422118001' }, ours)).toEqual([]);
    expect(matched({ customImsId: 'one', imsId: 'ims-one', mobile: '+61999' }, ours)).toEqual(['one']);
  });
});

describe('a report of a message that has never been handed over', () => {
  const never = message({ state: 'QUEUED', attempts: 0, imsId: null, mobile: '+61422118000' });
  const about = (given: Partial<DeliveryReport>, to = never) => {
    const { applied, unsent, unmatched } = matchReports([report({ customImsId: 'one', ...given })], [to]);
    return { applied: applied.length, unsent: unsent.length, unmatched: unmatched.length };
  };

  it('says that somebody has sent it, if it names its number', () => {
    expect(about({ mobile: '+61422118000' })).toEqual({ applied: 0, unsent: 1, unmatched: 0 });
    expect(about({ mobile: '+0422118000' })).toEqual({ applied: 0, unsent: 1, unmatched: 0 });
    expect(about({ mobile: '+61422118000' }, { ...never, state: 'UNCONFIRMED' })).toMatchObject({ unsent: 1 });
  });

  it('is nobody’s if it names another', () => {
    expect(about({ mobile: '+4915112345678' })).toEqual({ applied: 0, unsent: 0, unmatched: 1 });
  });

  it('counts where it has been handed over before, or has a result', () => {
    expect(about({ mobile: '+61422118000' }, { ...never, attempts: 1 })).toEqual({
      applied: 1,
      unsent: 0,
      unmatched: 0,
    });
    expect(about({}, { ...never, state: 'ACCEPTED' })).toEqual({ applied: 1, unsent: 0, unmatched: 0 });
  });

  it('is kept once for each message, the highest of them', () => {
    const lower = report({ customImsId: 'one', state: 'FAIL_MOBILE' });
    const higher = report({ customImsId: 'one', state: 'DELIVRD' });
    for (const reports of [
      [lower, higher],
      [higher, lower],
    ]) {
      expect(matchReports(reports, [never]).unsent).toMatchObject([{ customImsId: 'one', state: 'DELIVERED' }]);
    }
  });
});

describe('reports that each name a message of their own', () => {
  it('are applied by our ids, without looking up anything', () => {
    const [receiveTime, submitTime] = [new Date(2_000), new Date(1_000)];
    const full = { imsId: 'ims-one', mobile: '+611', description: 'words', receiveTime, submitTime };
    const reports = [report({ customImsId: 'one', ...full }), report({ customImsId: 'two', state: 'FAIL_MOBILE' })];
    expect(reportsByName(reports)).toMatchObject([
      { customImsId: 'one', state: 'DELIVERED', reportState: 'DELIVRD', ...full },
      { customImsId: 'two', reportState: 'FAIL_MOBILE' },
    ]);
    expect(reportsByName([])).toEqual([]);
  });

  it('do not, where one has no id of ours or two have the same', () => {
    const one = report({ customImsId: 'one' });
    expect(reportsByName([one, report({ imsId: 'ims-two' })])).toBeNull();
    expect(reportsByName([one, one])).toBeNull();
  });
});

describe('a page of reports', () => {
  it('gives each message the highest of what is said about it, with the words of that report', () => {
    const reports = [
      report({ customImsId: 'one', state: 'TIMEOUT', description: 'first' }),
      report({ customImsId: 'one', state: 'DELIVRD', description: 'second', imsId: 'ims-one' }),
      report({ imsId: 'ims-one', state: 'FAIL_RESPONSE', description: 'third' }),
    ];
    const { applied, contradictions } = matchReports(reports, [message()], () => 'page');
    expect(applied).toMatchObject([{ state: 'DELIVERED', reportState: 'DELIVRD', description: 'second' }]);
    expect(contradictions).toMatchObject([
      { known: 'DELIVERED', report: { customImsId: 'one', state: 'UNDELIVERABLE', page: 'page' } },
    ]);
  });

  it('keeps the words of the first among those that say the same', () => {
    const reports = ['first', 'second'].map((description) => report({ customImsId: 'one', description }));
    expect(matchReports(reports, [message()]).applied).toMatchObject([{ description: 'first' }]);
    const never = message({ state: 'QUEUED', attempts: 0 });
    expect(matchReports(reports, [never]).unsent).toMatchObject([{ description: 'first' }]);
  });

  it('counts as conflict what contradicts a final state, in the page or in the store, and nothing else', () => {
    expect(conflictsOf('ACCEPTED', 'DELIVRD')).toBe(0);
    expect(conflictsOf('ACCEPTED', 'TIMEOUT', 'DELIVRD', 'DELIVRD')).toBe(0);
    expect(conflictsOf('DELIVERED', 'DELIVRD', 'TIMEOUT')).toBe(0);
    expect(conflictsOf('DELIVERED', 'FAIL_MOBILE')).toBe(1);
    expect(conflictsOf('ACCEPTED', 'FAIL_MOBILE', 'FAIL_RESPONSE')).toBe(1);
    for (const state of ['CANCELLED', 'EXPIRED'] as const) {
      expect(conflictsWith(message({ state, attempts: 0 }), 'DELIVRD')).toBe(1);
      // The report is of the attempt before.
      expect(conflictsWith(message({ state, attempts: 1 }), 'DELIVRD')).toBe(0);
      expect(conflictsWith(message({ state, attempts: 1 }), 'DELIVRD', 'FAIL_MOBILE')).toBe(1);
    }
  });

  it('takes an unlisted state as UNKNOWN and keeps the word', () => {
    const { applied } = matchReports([report({ customImsId: 'one', state: 'FAIL_NEW' })], [message()]);
    expect(applied).toMatchObject([{ state: 'UNKNOWN', reportState: 'FAIL_NEW' }]);
  });

  it('ends the same in any order, keeps every report as applied or orphan, and names no message twice', () => {
    const anyReport = fc
      .record({
        customImsId: fc.constantFrom('one', 'two', 'stranger', null),
        imsId: fc.constantFrom('ims-one', 'ims-two', 'x', null),
        mobile: fc.constantFrom('+611', '+612', null),
        state: fc.constantFrom('DELIVRD', 'TIMEOUT', 'FAIL_MOBILE', 'FAIL_RESPONSE', 'ODD'),
      })
      .map(report);
    const known = [message(), message({ customImsId: 'two', imsId: 'ims-two', mobile: '+612' })];
    fc.assert(
      fc.property(
        fc
          .array(anyReport, { maxLength: 12 })
          .chain((reports) =>
            fc.tuple(
              fc.constant(reports),
              fc.shuffledSubarray(reports, { minLength: reports.length, maxLength: reports.length }),
            ),
          ),
        ([reports, shuffled]) => {
          const states = (page: DeliveryReport[]) =>
            Object.fromEntries(matchReports(page, known).applied.map(({ customImsId, state }) => [customImsId, state]));
          expect(states(shuffled)).toEqual(states(reports));
          const { applied, unmatched } = matchReports(reports, known);
          expect(new Set(applied.map(({ customImsId }) => customImsId)).size).toBe(applied.length);
          const each = reports.map((one) => matchReports([one], known));
          expect(unmatched).toHaveLength(each.filter((one) => one.unmatched.length === 1).length);
          for (const one of applied) {
            const ranks = each
              .flatMap((single) => single.applied)
              .filter(({ customImsId }) => customImsId === one.customImsId)
              .map(({ state }) => STATE_RANK[state]);
            expect(STATE_RANK[one.state]).toBe(Math.max(...ranks));
          }
        },
      ),
    );
  });
});
