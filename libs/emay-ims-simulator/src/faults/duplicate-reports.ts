import { type FaultDefinition } from './fault-definition.js';
import { replanned, REPLANNED_CALLS } from './replanned.js';

/** Each message of this request gets each of its reports again. */
export interface DuplicateReportsFault {
  readonly kind: 'duplicate-reports';
  /** How many copies of each report. Default: 1. */
  readonly count?: number | undefined;
  /** How much later than the report its copies fall due, in milliseconds. Default: 0. */
  readonly byMs?: number | undefined;
}

export const duplicateReports: FaultDefinition<DuplicateReportsFault> = {
  meaning: 'the answer; each report of these messages comes `count` more times, `byMs` later',
  accepts: 'yes',
  calls: REPLANNED_CALLS,
  fields: {
    count: { type: 'integer', min: 1, max: 100, default: 1, meaning: 'copies of each report' },
    byMs: { type: 'integer', min: 0, default: 0, meaning: 'milliseconds' },
  },
  play: (exchange, { count, byMs }) =>
    replanned(exchange, (planned) => [
      ...planned,
      ...planned.flatMap((report) => Array.from({ length: count }, () => ({ ...report, laterByMs: byMs }))),
    ]),
};
