import type { SqlDialect } from '../database/sql-dialect.js';
import { ID_ROW, messageChange, ofAccount, STATE, type MessageChange } from './message-change-sql.js';
import { ANY_PRIORITY, HANDED_OVER, listedAs } from './message-listing.js';
import type { ImsMessageState } from '../messages/message-state.js';

/** An update of all messages for which something is overdue. */
export interface MessageSweep {
  /** The state that they are in. */
  from: ImsMessageState;
  /** And a limit: some of them. Locks nothing: InnoDB would lock all that it reads, a whole queue, and claims would skip it. */
  find: string;
  /** rows: ids; where: as above. These, as far as it still holds for them. */
  these: MessageChange;
}

/** By how much a clock has to be set back to count: less passes by itself. */
export const SET_BACK_MS = 10_000;

const HANDED_OVER_BETWEEN = 'listed_at > ? AND listed_at <= ?';

/** The sweeps; parameters of `find` in the comment behind each, the limit last. */
export function messageSweeps(dialect: SqlDialect) {
  const { now } = dialect;
  const ours = ofAccount(dialect);
  const sweep = (
    from: ImsMessageState,
    place: string,
    overdue: string,
    to: ImsMessageState,
    set: Readonly<Record<string, string>>,
  ): MessageSweep => {
    const listed = `account = ? AND listed_as = '${listedAs(from)}' AND priority IN (${ANY_PRIORITY}) AND ${place}`;
    return {
      from,
      find: `SELECT custom_ims_id FROM ${dialect.dueMessages} WHERE ${listed} AND state = '${from}' AND ${overdue} LIMIT ?`,
      these: messageChange(dialect, {
        columns: ID_ROW,
        set: { state: `'${to}'`, listed_as: `'${listedAs(to)}'`, due_at: 'NULL', ...set },
        where: `${ours} AND ${STATE} = '${from}' AND ${overdue}`,
      }),
    };
  };

  return {
    /** account, from, to: attempts whose process is gone, or too late to tell */
    recover: sweep('SUBMITTING', HANDED_OVER_BETWEEN, `due_at <= ${now}`, 'UNCONFIRMED', {
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
    giveUpWaiting: sweep('ACCEPTED', HANDED_OVER_BETWEEN, `due_at <= ${now}`, 'UNKNOWN', {}),
    /** account: when the newest message was made, and what time it is */
    newest: `SELECT MAX(created_at) AS newest, ${now} AS now FROM emay_ims_message WHERE account = ?`,
    /** account: queued for a time that the clock, set back, will come to once more; but for those that are meant for later */
    bringBackQueued: sweep(
      'QUEUED',
      `listed_at > ${now} + ${SET_BACK_MS}`,
      `due_at > ${now} + ${SET_BACK_MS} AND COALESCE(send_at, 0) <= ${now}`,
      'QUEUED',
      { due_at: now, listed_at: now },
    ),
    /** account: attempts that seem to begin in the future, so that their end will not be seen for long */
    bringBackSubmitting: sweep(
      'SUBMITTING',
      `listed_at > ${now} + ${SET_BACK_MS}`,
      `submitted_at > ${now} + ${SET_BACK_MS}`,
      'UNCONFIRMED',
      { code: "'ATTEMPT_ABANDONED'" },
    ),
    /** account, from, to, state: the first of them that is still in the state; `null`: none is */
    firstStillIn: `SELECT MIN(listed_at) AS place FROM ${dialect.dueMessages} WHERE account = ?
      AND listed_as = '${HANDED_OVER}' AND priority IN (${ANY_PRIORITY}) AND ${HANDED_OVER_BETWEEN} AND state = ?`,
  };
}
