import type { WireReport } from '../wire/report-state.js';
import type { WireTime } from '../wire/wire-time.js';
import { toWireReport } from './outstanding-report.js';

/** A message that another system sent under the same appId: no call to this gateway brought it. */
export interface StrangerMessage {
  readonly mobile: string;
  /** Default: none. */
  readonly customImsId?: string | undefined;
  /** What its report says. Default: `DELIVRD`. */
  readonly state?: string | undefined;
}

/** The report of such a message, under an `imsId` that was never answered to anybody. */
export function strangerReport(
  { state = 'DELIVRD', ...message }: StrangerMessage,
  imsId: string,
  now: number,
  time: WireTime,
): WireReport {
  return toWireReport({ ...message, imsId, acceptedAt: now }, { state }, now, time);
}
