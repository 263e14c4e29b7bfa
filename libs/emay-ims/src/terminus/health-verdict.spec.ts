import { describe, expect, it } from '@jest/globals';
import type { ImsAccountPulse } from '../operator/account-pulse.js';
import { judgeHealth, type EmayImsHealthOptions } from './health-verdict.js';

const MINUTE = 60_000;

const well: ImsAccountPulse = {
  account: 'default',
  circuitOpenFor: null,
  oldestDueAt: null,
  oldestDueForMs: null,
  dispatches: true,
  listens: true,
  reportSource: 'pull',
  polls: true,
  pollEveryMs: 5_000,
  lastGoodPullAt: new Date(0),
  lastGoodPullForMs: 0,
  pollLease: 'this-instance',
  pollLeaseUntil: new Date(0),
  reportsBlockedFor: null,
  setAsidePages: 0,
  spooledPages: 0,
  spoolFailure: null,
};

describe('the verdict on the health of an account', () => {
  const problems = (pulse: Partial<ImsAccountPulse>, options: EmayImsHealthOptions = {}, upForMs = 0) =>
    judgeHealth({ ...well, ...pulse }, options, upForMs).problems;
  const pulled = (minutesAgo: number) => ({ lastGoodPullForMs: minutesAgo * MINUTE });

  it('finds nothing where all is well', () => {
    expect(problems({})).toEqual([]);
  });

  it('gives queued messages five minutes, or what the host says', () => {
    expect(problems({ oldestDueForMs: 5 * MINUTE })).toEqual([]);
    expect(problems({ oldestDueForMs: 5 * MINUTE + 1 })).toEqual(['queue']);
    expect(problems({ oldestDueForMs: 10 * MINUTE }, { maxQueueAgeMs: 10 * MINUTE })).toEqual([]);
  });

  it('gives pulls five minutes, three intervals where that is more, or what the host says', () => {
    expect(problems(pulled(5))).toEqual([]);
    expect(problems(pulled(6))).toEqual(['reports']);
    expect(problems({ ...pulled(30), pollEveryMs: 10 * MINUTE })).toEqual([]);
    expect(problems({ ...pulled(31), pollEveryMs: 10 * MINUTE })).toEqual(['reports']);
    expect(problems({ ...pulled(600), pollEveryMs: null })).toEqual([]);
    expect(problems({ ...pulled(600), pollEveryMs: null }, { maxPullAgeMs: MINUTE })).toEqual(['reports']);
  });

  it('gives an instance that has only just started the same time for its first pull', () => {
    const never = { lastGoodPullAt: null, lastGoodPullForMs: null };
    expect(problems(never, {}, 5 * MINUTE)).toEqual([]);
    expect(problems(never, {}, 6 * MINUTE)).toEqual(['reports']);
  });

  it('leaves pulls to the instance that holds the lease, and asks none of one that does not poll', () => {
    expect(problems({ ...pulled(6), pollLease: 'another-instance' })).toEqual([]);
    expect(problems({ ...pulled(6), pollLease: 'nobody' })).toEqual(['reports']);
    expect(problems({ ...pulled(6), polls: false, pollEveryMs: null })).toEqual([]);
  });

  it('tells of reports that the gateway does not hand out, and of pages that did not get through', () => {
    expect(problems({ reportsBlockedFor: 'ERROR_PARAMS' })).toEqual(['reports-blocked']);
    expect(problems({ setAsidePages: 1 })).toEqual(['report-pages']);
    expect(problems({ spooledPages: 1 })).toEqual(['report-pages']);
    expect(problems({ spoolFailure: 'EACCES' })).toEqual(['spool']);
  });

  it('names an open circuit by its code, and by no code where the gateway wrote something else', () => {
    const circuit = (circuitOpenFor: string) => judgeHealth({ ...well, circuitOpenFor }, {}, 0).circuit;
    expect(circuit('ERROR_SIGN')).toBe('ERROR_SIGN');
    expect(circuit('+61422118000')).toBe('UNLISTED');
    expect(problems({ circuitOpenFor: 'ECONNREFUSED' })).toEqual(['circuit']);
  });
});
