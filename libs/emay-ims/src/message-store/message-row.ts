import type { SqlRow } from '../database/ims-database.js';
import { ImsMessage } from '../messages/ims-message.entity.js';
import type { ImsMessageState } from '../messages/message-state.js';

/** Columns of `emay_ims_message`, in the order of the table. */
export const MESSAGE_COLUMNS = [
  'account',
  'custom_ims_id',
  'ims_id',
  'mobile',
  'content',
  'state',
  'code',
  'raw_answer',
  'priority',
  'send_at',
  'expires_at',
  'due_at',
  'attempt',
  'attempts',
  'report_state',
  'report_description',
  'gateway_submit_time',
  'gateway_receive_time',
  'created_at',
  'submitted_at',
  'accepted_at',
  'final_at',
] as const;

/** Every column by name: `SELECT *` would follow what others add to the table. */
export const ALL_COLUMNS = MESSAGE_COLUMNS.join(', ');

/** Makes the message of a row, without TypeORM's hydration, whose cost per row is many times the query's. */
export function toMessage(row: SqlRow): ImsMessage {
  return Object.assign(new ImsMessage(), {
    account: text(row.account),
    customImsId: text(row.custom_ims_id),
    imsId: textOrNull(row.ims_id),
    mobile: text(row.mobile),
    content: text(row.content),
    state: text(row.state) as ImsMessageState,
    code: textOrNull(row.code),
    rawAnswer: textOrNull(row.raw_answer),
    priority: Number(row.priority),
    sendAt: instant(row.send_at),
    expiresAt: instant(row.expires_at),
    dueAt: instant(row.due_at),
    attempt: textOrNull(row.attempt),
    attempts: Number(row.attempts),
    reportState: textOrNull(row.report_state),
    reportDescription: textOrNull(row.report_description),
    gatewaySubmitTime: instant(row.gateway_submit_time),
    gatewayReceiveTime: instant(row.gateway_receive_time),
    createdAt: instant(row.created_at) as Date,
    submittedAt: instant(row.submitted_at),
    acceptedAt: instant(row.accepted_at),
    finalAt: instant(row.final_at),
  });
}

type Cell = SqlRow[string] | undefined;

function text(cell: Cell): string {
  return String(cell);
}

function textOrNull(cell: Cell): string | null {
  return cell === null || cell === undefined ? null : String(cell);
}

function instant(cell: Cell): Date | null {
  return cell === null || cell === undefined ? null : new Date(Number(cell));
}
