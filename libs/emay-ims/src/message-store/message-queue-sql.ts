import { assignments } from '../database/dialects/assignments.js';
import { oneMore } from '../database/counter.js';
import type { RowColumns, SqlDialect } from '../database/sql-dialect.js';
import type { ImsMessageState } from '../messages/message-state.js';
import { HELD } from './listed-outcome.js';
import { fromIds, ID_ROW, ofAccount, ofMessage, STATE } from './statement-parts.js';

export const NEW_MESSAGE_ROW: RowColumns = {
  custom_ims_id: 'varchar64',
  mobile: 'varchar64',
  content: 'text',
  priority: 'bigint',
  send_at: 'bigint',
  expires_at: 'bigint',
};
const NEW_MESSAGE_COLUMNS = Object.keys(NEW_MESSAGE_ROW);
const STATE_COLUMNS = ['account', 'state', 'attempt', 'attempts', 'created_at', 'due_at', 'submitted_at'];

/** Columns that a request needs; the last is the time of the claim. */
const CLAIMED_COLUMNS = ['custom_ims_id', 'mobile', 'content', 'expires_at', 'submitted_at'];

/** Ids in the order in which their messages are to be claimed. */
export const ORDERED_ID_ROW: RowColumns = { ...ID_ROW, position: 'bigint' };

/** The statements of `MessageQueue`; each comment lists its parameters in order. */
export function queueSql(dialect: SqlDialect) {
  const { now } = dialect;
  const ours = ofAccount(dialect);
  const attempt = {
    state: "'SUBMITTING'",
    attempt: '?',
    due_at: `${now} + ?`,
    attempts: oneMore('m.attempts'),
    submitted_at: now,
  };
  const ready = `COALESCE(m.send_at, ${now})`;
  /** What the owner of the attempt may still release. */
  const mayComeBack = `(${STATE} = 'SUBMITTING' OR ${STATE} = 'UNCONFIRMED' AND COALESCE(m.code, '') = 'ATTEMPT_ABANDONED')`;
  const unexpired = `(m.expires_at IS NULL OR m.expires_at > ${now})`;
  const columns = [...NEW_MESSAGE_COLUMNS, ...STATE_COLUMNS];
  const newMessagesIn = (state: ImsMessageState, token: string, attempts: number, times: string) =>
    `SELECT ${NEW_MESSAGE_COLUMNS.map((column) => `r.${column}`).join(', ')},
       ?, '${state}', ${token}, ${attempts}, ${times}
     FROM ${dialect.rows(NEW_MESSAGE_ROW, 'r')}`;
  const queued = newMessagesIn('QUEUED', 'NULL', 0, `CAST(? AS ${dialect.bigint}), COALESCE(r.send_at, ?), NULL`);
  const submitting = newMessagesIn('SUBMITTING', '?', 1, `${now}, ${now} + ?, ${now}`);

  return {
    /** account, createdAt twice, rows */
    insertQueued: dialect.insertNew('emay_ims_message', columns, queued),
    /** the same for newly made ids, which cannot exist */
    insertNewlyQueued: `INSERT INTO emay_ims_message (${columns.join(', ')}) ${queued}`,
    /** account, attempt, attemptMs, rows */
    insertSubmitting: dialect.insertNew('emay_ims_message', columns, submitting),

    /**
     * ordered ids, account, attempt, attemptMs: those that are ready, no number twice (has RETURNING). Only what is QUEUED under its lock
     * may ever be submitted. What is locked is passed over: a transaction of a host may keep its locks for long.
     */
    claim: `WITH ready AS (
        SELECT m.${dialect.rowLocation} AS location, m.mobile, r.position
        FROM ${dialect.rows(ORDERED_ID_ROW, 'r')} JOIN emay_ims_message AS m ON ${ours}
        WHERE ${STATE} = 'QUEUED' AND m.due_at <= ${now} AND ${unexpired} ${dialect.lockSkippingLocked('m')}
      ),
      picked AS (
        SELECT location, row_number() OVER (PARTITION BY mobile ORDER BY position) AS occurrence FROM ready
      )
      UPDATE emay_ims_message AS m SET ${assignments(attempt)} FROM picked AS p
      WHERE p.occurrence = 1 AND m.${dialect.rowLocation} = p.location
      RETURNING ${CLAIMED_COLUMNS.map(dialect.returned).join(', ')}`,
    /** ids, account: without RETURNING, what claimThese may claim in the same transaction; `is_ready`: of those, what is ready */
    lockQueued: `SELECT ${ofMessage(CLAIMED_COLUMNS.slice(0, -1))}, ${now} AS submitted_at,
        (m.due_at <= ${now} AND ${unexpired}) AS is_ready
      FROM ${dialect.rows(ID_ROW, 'r')} STRAIGHT_JOIN emay_ims_message AS m ON ${ours}
      WHERE ${STATE} = 'QUEUED' ${dialect.lockSkippingLocked('m')}`,
    /** set: attempt, attemptMs; rows: ids; where: account. Claims those that are still QUEUED */
    claimThese: dialect.updateMessagesFromRows(
      {
        columns: ID_ROW,
        set: { ...attempt, outcome: 'NULL' },
        where: `${ours} AND ${STATE} = 'QUEUED'`,
      },
      CLAIMED_COLUMNS.map(dialect.returned),
    ),
    /** ids, account, attempt: what claimThese claimed, without RETURNING */
    findClaimed: `SELECT ${ofMessage(CLAIMED_COLUMNS)} ${fromIds(dialect)} WHERE m.attempt = ?`,

    /**
     * rows, account, attempt: back into the queue; without `due_in`, on hold for the caller, unless somebody has enqueued it. Also messages of a
     * stalled attempt: its owner knows the outcome after all. Not after a manual resolution, which changes attempt ID or state.
     */
    release: dialect.updateMessagesFromRows({
      columns: { custom_ims_id: 'varchar64', code: 'varchar64', due_in: 'bigint' },
      set: {
        state: "'QUEUED'",
        outcome: `CASE WHEN r.due_in IS NULL AND m.enqueued_at IS NULL THEN '${HELD}' END`,
        code: 'r.code',
        due_at: `CASE WHEN r.due_in IS NULL AND m.enqueued_at IS NOT NULL THEN ${ready} ELSE ${now} + r.due_in END`,
      },
      where: `${ours} AND m.attempt = ? AND ${mayComeBack}`,
    }),
    /** rows, account: makes messages on hold ready; those under way will not be put on hold */
    unhold: dialect.updateMessagesFromRows({
      columns: ID_ROW,
      set: {
        enqueued_at: `COALESCE(m.enqueued_at, ${now})`,
        outcome: `CASE WHEN m.state <> 'QUEUED' THEN m.outcome END`,
        due_at: `CASE WHEN m.state = 'QUEUED' THEN ${ready} ELSE m.due_at END`,
      },
      where: `${ours} AND (${STATE} = 'QUEUED' AND m.due_at IS NULL OR ${mayComeBack})`,
    }),
    /** account, id */
    lockToCancel: `SELECT custom_ims_id, priority, due_at, expires_at FROM emay_ims_message
      WHERE account = ? AND custom_ims_id = ? AND state = 'QUEUED' ${dialect.lock()}`,
    /** account, id */
    cancel: `UPDATE emay_ims_message SET state = 'CANCELLED', outcome = 'CANCELLED', due_at = NULL, final_at = ${now}
      WHERE account = ? AND custom_ims_id = ? AND state = 'QUEUED'`,
  };
}
