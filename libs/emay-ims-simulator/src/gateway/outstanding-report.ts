import type { AcceptedMessage, PendingReport } from '../oracle/records.js';
import { isJsonObject } from '../wire/json.js';
import { describeState, type WireReport } from '../wire/report-state.js';
import type { WireTime } from '../wire/wire-time.js';
import type { PlannedReport } from './planned-report.js';

/** A report in the queue: of a message, or one that was pushed as it is. */
export type OutstandingReport =
  { readonly message: AcceptedMessage; readonly planned: PlannedReport } | { readonly pushed: unknown };

/** What the log and the lists say about a report. */
export type ReportSummary = Omit<PendingReport, 'appId' | 'dueAt'>;

/** The report as the document draws it (§2.4.2). */
export function toWireReport(
  message: AcceptedMessage,
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
export function summarise(report: OutstandingReport): ReportSummary {
  if ('message' in report) {
    const { imsId, customImsId, mobile } = report.message;
    return { imsId, ...(customImsId === undefined ? {} : { customImsId }), mobile, state: report.planned.state };
  }
  const { pushed } = report;
  if (!isJsonObject(pushed)) return {};
  const summary: Record<string, string> = {};
  for (const key of ['imsId', 'customImsId', 'mobile', 'state'] as const) {
    const value = pushed[key];
    if (typeof value === 'string') summary[key] = value;
  }
  return summary;
}
