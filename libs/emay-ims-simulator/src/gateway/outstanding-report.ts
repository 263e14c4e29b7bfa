import type { PlannedReport } from '../circumstances/planned-report.js';
import type { KeptMessage } from '../oracle/accepted-call.js';
import type { AcceptedMessage, ReportSummary } from '../oracle/records.js';
import { isJsonObject } from '../wire/json.js';
import { describeState, type WireReport } from '../wire/report-state.js';
import type { WireTime } from '../wire/wire-time.js';

/** A report that was pushed into the queue as it is. */
export class PushedReport {
  constructor(readonly value: unknown) {}
}

/** What a report in the queue is about. */
export type ReportSubject = KeptMessage | PushedReport;

/** What a report is made of. */
type Reported = Pick<AcceptedMessage, 'mobile' | 'imsId' | 'customImsId' | 'acceptedAt'>;

/** The report as the document draws it (§2.4.2). */
export function toWireReport(
  message: Reported,
  { state, omits }: Pick<PlannedReport, 'state' | 'omits'>,
  receivedAt: number,
  time: WireTime,
  clockShiftMs = 0,
): WireReport {
  const desc = describeState(state);
  return {
    mobile: message.mobile,
    ...(omits === 'imsId' ? {} : { imsId: message.imsId }),
    ...(omits === 'customImsId' || message.customImsId === undefined ? {} : { customImsId: message.customImsId }),
    state,
    ...(omits === 'desc' || desc === undefined ? {} : { desc }),
    receiveTime: time.reportTime(receivedAt + clockShiftMs),
    submitTime: omits === 'submitTime' ? null : time.reportTime(message.acceptedAt + clockShiftMs),
  };
}

/** Names the message even where the report itself leaves an id out: the oracle knows better than the wire. */
export function summarise(subject: ReportSubject, { state }: Pick<PlannedReport, 'state'>): ReportSummary {
  if (subject instanceof PushedReport) return summaryOf(subject.value);
  const { imsId, customImsId, mobile } = subject;
  return customImsId === undefined ? { imsId, mobile, state } : { imsId, customImsId, mobile, state };
}

function summaryOf(pushed: unknown): ReportSummary {
  if (!isJsonObject(pushed)) return {};
  const summary: Record<string, string> = {};
  for (const key of ['imsId', 'customImsId', 'mobile', 'state'] as const) {
    const value = pushed[key];
    if (typeof value === 'string') summary[key] = value;
  }
  return summary;
}
