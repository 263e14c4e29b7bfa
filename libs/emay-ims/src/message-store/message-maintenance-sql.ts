import type { SqlDialect } from '../database/sql-dialect.js';
import type { ImsMessageState } from '../messages/message-state.js';
import { HELD, outcomeLiteral } from './listed-outcome.js';
import { messageChange } from './message-changes.js';
import { ID_ROW, ofAccount, STATE } from './statement-parts.js';

/** Code of a message whose attempt has stalled: its process died, or could not record the outcome. */
export const ABANDONED = 'ATTEMPT_ABANDONED';

/** Clock steps below this need no recovery: they pass by themselves. */
export const SET_BACK_MS = 10_000;

/** The statements of `MessageMaintenance`: changes of those of given messages that are overdue. Parameters: rows: ids; where: account. */
export function maintenanceSql(dialect: SqlDialect) {
  const { now } = dialect;
  const overdue = (
    from: ImsMessageState,
    condition: string,
    to: ImsMessageState,
    set: Readonly<Record<string, string>>,
  ) =>
    messageChange(dialect, {
      columns: ID_ROW,
      set: { state: `'${to}'`, outcome: outcomeLiteral(to), due_at: 'NULL', ...set },
      where: `${ofAccount(dialect)} AND ${STATE} = '${from}' AND ${condition}`,
    });
  const isHeldTooLong = (message: string) =>
    `${message}due_at IS NULL AND (${message}submitted_at <= ${now} - ? OR ${message}expires_at <= ${now})`;
  const isHeldInFuture = (message: string) =>
    `${message}due_at IS NULL AND ${message}submitted_at > ${now} + ${SET_BACK_MS}`;

  return {
    /** stalled attempts */
    recover: overdue('SUBMITTING', `m.due_at <= ${now}`, 'UNCONFIRMED', { code: `'${ABANDONED}'` }),
    /** no report came in time */
    endReportWaits: overdue('ACCEPTED', `m.due_at <= ${now}`, 'UNKNOWN', {}),
    expire: overdue('QUEUED', `m.due_at IS NOT NULL AND m.expires_at <= ${now}`, 'EXPIRED', { final_at: now }),
    /** where: account, holdMs */
    expireHeld: overdue('QUEUED', isHeldTooLong('m.'), 'EXPIRED', { final_at: now }),
    /** account, holdMs, limit */
    findHeld: `SELECT custom_ims_id FROM emay_ims_message WHERE account = ? AND outcome = '${HELD}' AND ${isHeldTooLong('')} LIMIT ?`,
    /** queued messages that the clock step has put into the future, except those with a later send time */
    makeQueuedReady: overdue(
      'QUEUED',
      `m.due_at > ${now} + ${SET_BACK_MS} AND COALESCE(m.send_at, 0) <= ${now}`,
      'QUEUED',
      { due_at: now },
    ),
    /** attempts with a start in the future, whose end would be noticed far too late */
    endFutureAttempts: overdue('SUBMITTING', `m.submitted_at > ${now} + ${SET_BACK_MS}`, 'UNCONFIRMED', {
      code: `'${ABANDONED}'`,
    }),
    /** set: reportDeadlineMs; where: account, reportDeadlineMs: waits for a report that end later than they last */
    shortenReportWaits: dialect.updateMessagesFromRows({
      columns: ID_ROW,
      set: { due_at: `${now} + ?` },
      where: `${ofAccount(dialect)} AND ${STATE} = 'ACCEPTED' AND m.due_at > ${now} + ? + ${SET_BACK_MS}`,
    }),
    /** account, limit: messages on hold since a time in the future */
    findHeldInFuture: `SELECT custom_ims_id FROM emay_ims_message WHERE account = ? AND outcome = '${HELD}' AND ${isHeldInFuture('')} LIMIT ?`,
    /** where: account: holds those from now on */
    holdFromNow: dialect.updateMessagesFromRows({
      columns: ID_ROW,
      set: { submitted_at: now },
      where: `${ofAccount(dialect)} AND ${STATE} = 'QUEUED' AND ${isHeldInFuture('m.')}`,
    }),
    /** account: creation of the newest message, and the current time */
    newest: `SELECT MAX(created_at) AS newest, ${now} AS now FROM emay_ims_message WHERE account = ?`,
  };
}
