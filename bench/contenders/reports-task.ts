import type { BenchDatabase } from '../support/databases.js';
import { filledIds } from '../support/fill.js';
import { REPORTS_PER_PAGE, toWire, type WireReport } from '../support/gateway-calls.js';
import { message } from '../support/messages.js';

/** Reports about messages that are accepted, page after page, nothing else. */
export interface ReportsTask {
  database: BenchDatabase;
  /** Pages before the clock starts. */
  warmUpPages: number;
  pages: number;
}

/** The pages as the gateway hands them out: `count` of them, from the `first` on. */
export function reportPages(first: number, count: number): WireReport[][] {
  return Array.from({ length: count }, (_, page) =>
    Array.from({ length: REPORTS_PER_PAGE }, (_report, position) => {
      const index = (first + page) * REPORTS_PER_PAGE + position;
      return {
        ...filledIds(index),
        mobile: toWire(message(index)).mobile,
        state: 'DELIVRD',
        desc: '成功',
        receiveTime: '2026-01-02 03:04:06',
        submitTime: '2026-01-02 03:04:05',
      };
    }),
  );
}
