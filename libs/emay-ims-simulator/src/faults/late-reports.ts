import type { FaultDefinition } from './fault-definition.js';
import { replanned, REPLANNED_CALLS } from './replanned.js';

/** The reports of this request's messages are late. */
export interface LateReportsFault {
  readonly kind: 'late-reports';
  /** Milliseconds on top of their own delay. Default: 60,000. */
  readonly byMs?: number | undefined;
}

export const lateReports: FaultDefinition<LateReportsFault> = {
  meaning: 'the answer; the reports of these messages come `byMs` later',
  accepts: 'yes',
  calls: REPLANNED_CALLS,
  fields: { byMs: { type: 'integer', min: 0, default: 60_000, meaning: 'milliseconds' } },
  play: (exchange, { byMs }) =>
    replanned(exchange, (planned) => planned.map((report) => ({ ...report, laterByMs: byMs }))),
};
