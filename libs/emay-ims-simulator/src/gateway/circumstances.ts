import type { PlannedReport } from './planned-report.js';

/** What a fault may change about the gateway while it deals with one request. */
export interface Circumstances {
  /** How far the gateway's clock is ahead, in milliseconds. */
  readonly clockShiftMs?: number;
  /** Changes which reports a message of the request gets. */
  readonly replan?: (planned: readonly PlannedReport[]) => readonly PlannedReport[];
}
