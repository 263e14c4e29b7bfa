import type { SqlRow } from '../database/ims-database.js';
import type { AppliedReport, ClaimedMessage, ReportedMessage } from './message-store.js';
import { STATE_RANK, type ImsMessageState } from './message-state.js';

export function toClaimed({ custom_ims_id: customImsId, mobile, content }: SqlRow): ClaimedMessage {
  return { customImsId: String(customImsId), mobile: String(mobile), content: String(content) };
}

export function reportRow(report: AppliedReport) {
  return {
    custom_ims_id: report.customImsId,
    ims_id: report.imsId ?? undefined,
    mobile: report.mobile ?? undefined,
    state: report.state,
    rank_to: STATE_RANK[report.state],
    report_state: report.reportState,
    report_description: report.description ?? undefined,
    submit_time: report.submitTime?.getTime(),
    receive_time: report.receiveTime?.getTime(),
  };
}

export function toReported(row: SqlRow): ReportedMessage {
  return {
    customImsId: String(row.custom_ims_id),
    imsId: row.ims_id === null ? null : String(row.ims_id),
    mobile: String(row.mobile),
    state: row.state as ImsMessageState,
  };
}

export function firstToEachNumber(due: readonly ClaimedMessage[]): ClaimedMessage[] {
  const first = new Map<string, ClaimedMessage>();
  for (const message of due) if (!first.has(message.mobile)) first.set(message.mobile, message);
  return [...first.values()];
}

/**
 * Rows of one statement are always in the order of their ids: whoever locks the same messages at the same time waits for
 * the other, and does not end in a deadlock.
 */
export function inIdOrder<Row extends { custom_ims_id: string }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((one, other) => (one.custom_ims_id < other.custom_ims_id ? -1 : 1));
}

export function idRows(customImsIds: readonly string[]): { custom_ims_id: string }[] {
  return inIdOrder(customImsIds.map((id) => ({ custom_ims_id: id })));
}
