import { describe, expect, it } from '@jest/globals';
import type { EventTransactions } from '../events/event-transactions.js';
import type { DeliveryReport } from '../protocol/index.js';
import { LateMatching } from './late-matching.js';
import type { ReportApplication } from './report-application.js';
import type { UnappliedReportStore, UnmatchedReport } from './unapplied-report-store.js';

const HOUR = 3_600_000;

/** One that has its number: nothing to search for. */
const unmatchedAt = (createdAt: number): UnmatchedReport => ({
  batchId: 'batch',
  report: { imsId: '71', mobile: '+61422118000' } as DeliveryReport,
  createdAt,
});

describe('the search by the gateway\u2019s id alone', () => {
  it('goes on behind what has had its time, and begins anew once the clock was set back behind that', async () => {
    const old = unmatchedAt(100 * HOUR);
    const looks = [
      { unmatched: [old], now: 101 * HOUR },
      { unmatched: [], now: 102 * HOUR },
      { unmatched: [], now: 103 * HOUR },
      { unmatched: [], now: 99 * HOUR },
      { unmatched: [old], now: 99 * HOUR },
    ];
    const begunBehind: (UnmatchedReport | null)[] = [];
    const reports = {
      lookAtNewest: async () => ({ withMessage: [], last: null }),
      findUnmatchedWithImsId: async (behind: UnmatchedReport | null) => {
        begunBehind.push(behind);
        return looks[begunBehind.length - 1];
      },
    } as unknown as UnappliedReportStore;
    const matching = new LateMatching({} as EventTransactions, reports, {} as ReportApplication, HOUR);
    for (let look = 0; look < looks.length; look++) await matching.match();
    expect(begunBehind).toEqual([null, old, old, old, null]);
  });
});
