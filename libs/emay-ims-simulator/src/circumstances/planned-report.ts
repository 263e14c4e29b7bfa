import { STATES_SEEN_ELSEWHERE } from '../wire/report-state.js';

/** A report that a message will get. */
export interface PlannedReport {
  readonly state: string;
  /** `at-once`: due as the message is accepted; `operator`: the carrier's, after `reportDelayMs`; `timeout`: after its option. */
  readonly when: 'at-once' | 'operator' | 'timeout';
  /** On top of the delay that `when` stands for, in milliseconds. Default: 0. */
  readonly laterByMs?: number | undefined;
  /** Leaves out what §2.4.2.1 calls optional, or sends a null `submitTime` (both seen). */
  readonly omits?: 'imsId' | 'customImsId' | 'desc' | 'submitTime' | undefined;
}

/** Failures that the platform finds before it asks a carrier: queued within milliseconds (seen; of those elsewhere assumed). */
const FOUND_BY_PLATFORM: ReadonlySet<string> = new Set<string>([
  'FAIL_BALANCE',
  'FAIL_MOBILE',
  'FAIL_MOBILE_SUPPORT',
  'FAIL_MOBILE_REPEAT',
  'FAIL_BLACK_DICT',
  ...STATES_SEEN_ELSEWHERE,
]);

export function planReport(state: string): PlannedReport {
  if (state === 'TIMEOUT') return { state, when: 'timeout' };
  return { state, when: FOUND_BY_PLATFORM.has(state) ? 'at-once' : 'operator' };
}

export const DELIVERED: readonly PlannedReport[] = [planReport('DELIVRD')];
export const BAD_NUMBER: readonly PlannedReport[] = [planReport('FAIL_MOBILE')];
export const REPEATED_NUMBER: readonly PlannedReport[] = [planReport('FAIL_MOBILE_REPEAT')];
/** Of a report that was pushed: it tells its own state. */
export const AS_PUSHED: PlannedReport = { state: '', when: 'at-once' };
/** Of the one that the gateway fails at. */
export const UNPRINTABLE: PlannedReport = { state: '', when: 'at-once' };
