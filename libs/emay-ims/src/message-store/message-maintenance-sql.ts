import type { SqlDialect } from '../database/sql-dialect.js';
import { messageChange, type MessageChange } from './message-changes.js';
import { ANY_PRIORITY, SUBMITTED, indexKeyOf } from './message-index-key.js';
import type { ImsMessageState } from '../messages/message-state.js';
import { ID_ROW, ofAccount, STATE } from './statement-parts.js';

/** An update of all messages that are overdue in a state. */
export interface MessageSweep {
  /** The state that they are in. */
  from: ImsMessageState;
  /** Plus a limit: some of them. Without locks: InnoDB would lock every row it reads, and claims would skip the whole queue. */
  find: string;
  /** rows: ids; where: as above. Changes those that are still overdue. */
  these: MessageChange;
}

/** Clock steps below this need no recovery: they pass by themselves. */
export const SET_BACK_MS = 10_000;

const LISTED_BETWEEN = 'listed_at > ? AND listed_at <= ?';

/** The statements of `MessageMaintenance`; each comment lists the parameters of `find`, without the limit. */
export function maintenanceSql(dialect: SqlDialect) {
  const { now } = dialect;
  const ours = ofAccount(dialect);
  const sweep = (
    from: ImsMessageState,
    place: string,
    overdue: string,
    to: ImsMessageState,
    set: Readonly<Record<string, string>>,
  ): MessageSweep => {
    const listed = `account = ? AND listed_as = '${indexKeyOf(from)}' AND priority IN (${ANY_PRIORITY}) AND ${place}`;
    return {
      from,
      find: `SELECT custom_ims_id FROM ${dialect.dueMessages} WHERE ${listed} AND state = '${from}' AND ${overdue} LIMIT ?`,
      these: messageChange(dialect, {
        columns: ID_ROW,
        set: { state: `'${to}'`, listed_as: `'${indexKeyOf(to)}'`, due_at: 'NULL', ...set },
        where: `${ours} AND ${STATE} = '${from}' AND ${overdue}`,
      }),
    };
  };

  return {
    /** account, from, to: stalled attempts */
    recover: sweep('SUBMITTING', LISTED_BETWEEN, `due_at <= ${now}`, 'UNCONFIRMED', {
      code: "'ATTEMPT_ABANDONED'",
    }),
    /** account */
    expire: sweep('QUEUED', `listed_at <= ${now}`, `due_at <= ${now} AND expires_at <= ${now}`, 'EXPIRED', {
      final_at: now,
    }),
    /** account, holdMs */
    expireHeld: sweep(
      'QUEUED',
      'listed_at IS NULL',
      `due_at IS NULL AND (submitted_at <= ${now} - ? OR expires_at <= ${now})`,
      'EXPIRED',
      { final_at: now },
    ),
    /** account, from, to: no report came in time */
    endReportWaits: sweep('ACCEPTED', LISTED_BETWEEN, `due_at <= ${now}`, 'UNKNOWN', {}),
    /** account: creation of the newest message, and the current time */
    newest: `SELECT MAX(created_at) AS newest, ${now} AS now FROM emay_ims_message WHERE account = ?`,
    /** account: queued messages that the clock step has put into the future, except those with a later send time */
    makeQueuedReady: sweep(
      'QUEUED',
      `listed_at > ${now} + ${SET_BACK_MS}`,
      `due_at > ${now} + ${SET_BACK_MS} AND COALESCE(send_at, 0) <= ${now}`,
      'QUEUED',
      { due_at: now, listed_at: now },
    ),
    /** account: attempts with a start in the future, whose end would be noticed far too late */
    endFutureAttempts: sweep(
      'SUBMITTING',
      `listed_at > ${now} + ${SET_BACK_MS}`,
      `submitted_at > ${now} + ${SET_BACK_MS}`,
      'UNCONFIRMED',
      { code: "'ATTEMPT_ABANDONED'" },
    ),
    /** account, from, to, state: place of the first message that is still in the state, or `null` */
    firstStillIn: `SELECT MIN(listed_at) AS place FROM ${dialect.dueMessages} WHERE account = ?
      AND listed_as = '${SUBMITTED}' AND priority IN (${ANY_PRIORITY}) AND ${LISTED_BETWEEN} AND state = ?`,
  };
}
