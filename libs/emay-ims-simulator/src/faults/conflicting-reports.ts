import { planReport } from '../circumstances/planned-report.js';
import type { FaultDefinition } from './fault-definition.js';
import { replanned, REPLANNED_CALLS } from './replanned.js';

/** Each message of this request gets one more report, which says something else. */
export interface ConflictingReportsFault {
  readonly kind: 'conflicting-reports';
  /** What the other report says. Default: `FAIL_RESPONSE`. */
  readonly state?: string | undefined;
  /** How much later than a carrier's report it falls due, in milliseconds. Default: 0. */
  readonly byMs?: number | undefined;
}

export const conflictingReports: FaultDefinition<ConflictingReportsFault> = {
  meaning: 'the answer; each of these messages gets another report with `state`, `byMs` later',
  accepts: 'yes',
  calls: REPLANNED_CALLS,
  fields: {
    state: { type: 'text', default: 'FAIL_RESPONSE', meaning: 'a report state, listed or not' },
    byMs: { type: 'integer', min: 0, default: 0, meaning: 'milliseconds' },
  },
  play: (exchange, { state, byMs }) =>
    replanned(exchange, (planned) => [...planned, { ...planReport(state), when: 'operator', laterByMs: byMs }]),
};
