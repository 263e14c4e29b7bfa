import type { FaultDefinition } from './fault-definition.js';
import { replanned, REPLANNED_CALLS } from './replanned.js';

/** No report of this request's messages ever comes. */
export interface LostReportsFault {
  readonly kind: 'lost-reports';
}

export const lostReports: FaultDefinition<LostReportsFault> = {
  meaning: 'the answer; no report of these messages ever comes',
  accepts: 'yes',
  calls: REPLANNED_CALLS,
  fields: {},
  play: (exchange) => replanned(exchange, () => []),
};
