import type { SqlRow } from '../database/ims-database.js';
import type { RowValues } from '../database/sql-dialect.js';
import type { AppliedReport, ReportedMessage } from '../messages/applied-report.js';
import type { ClaimedMessage, Settlement } from '../messages/attempt.js';
import type { NewMessage } from '../messages/new-message.js';
import { STATE_RANK, type ImsMessageState } from '../messages/message-state.js';

/*
 * Classes where there is one for each message: of object literals V8 takes all that follow for long-lived once the first ones have
 * outlived a collection, and lets them pile up. Properties that are `undefined` stay NULL.
 */

class Claimed implements ClaimedMessage {
  constructor(
    readonly customImsId: string,
    readonly mobile: string,
    readonly content: string,
    readonly expiresInMs: number | undefined,
  ) {}
}

export function toClaimed(row: SqlRow): ClaimedMessage {
  const { expires_at: expiresAt, submitted_at: claimedAt } = row;
  const expiresInMs = expiresAt === null ? undefined : Number(expiresAt) - Number(claimedAt);
  return new Claimed(String(row.custom_ims_id), String(row.mobile), String(row.content), expiresInMs);
}

/** A new message, for `NEW_MESSAGE_ROW`. */
export class NewMessageRow implements RowValues {
  [column: string]: string | number | undefined;
  readonly custom_ims_id: string;

  constructor({ customImsId, mobile, content, priority, sendAt, expiresAt }: NewMessage) {
    this.custom_ims_id = customImsId;
    this.mobile = mobile;
    this.content = content;
    this.priority = priority;
    this.send_at = sendAt?.getTime();
    this.expires_at = expiresAt?.getTime();
  }
}

/** What an attempt learned, for `settle`. */
export class SettlementRow implements RowValues {
  [column: string]: string | number | undefined;
  readonly custom_ims_id: string;
  readonly state: Settlement['state'];

  constructor({ customImsId, state, code, imsId, rawAnswer }: Settlement) {
    this.custom_ims_id = customImsId;
    this.state = state;
    this.rank_to = STATE_RANK[state];
    this.ims_id = imsId ?? undefined;
    this.code = code ?? undefined;
    this.raw_answer = rawAnswer ?? undefined;
  }
}

/** What a report says, for `applyReports`. */
export class ReportRow implements RowValues {
  [column: string]: string | number | undefined;
  readonly custom_ims_id: string;
  readonly state: AppliedReport['state'];

  constructor(report: AppliedReport) {
    this.custom_ims_id = report.customImsId;
    this.ims_id = report.imsId ?? undefined;
    this.mobile = report.mobile ?? undefined;
    this.state = report.state;
    this.rank_to = STATE_RANK[report.state];
    this.report_state = report.reportState;
    this.report_description = report.description ?? undefined;
    this.submit_time = report.submitTime?.getTime();
    this.receive_time = report.receiveTime?.getTime();
  }
}

export function reportRows(reports: readonly AppliedReport[]): ReportRow[] {
  return inIdOrder(reports.map((report) => new ReportRow(report)));
}

export function toReported(row: SqlRow): ReportedMessage {
  return {
    customImsId: String(row.custom_ims_id),
    imsId: row.ims_id === null ? null : String(row.ims_id),
    mobile: String(row.mobile),
    state: row.state as ImsMessageState,
    attempts: Number(row.attempts),
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
