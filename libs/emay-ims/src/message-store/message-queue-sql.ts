import { assignments } from '../database/dialects/assignments.js';
import { oneMore } from '../database/counter.js';
import type { RowColumns, SqlDialect } from '../database/sql-dialect.js';
import type { ImsMessageState } from '../messages/message-state.js';
import { ANY_PRIORITY, SUBMITTED, indexKeyOf } from './message-index-key.js';
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
const STATE_COLUMNS = [
  'account',
  'state',
  'listed_as',
  'attempt',
  'attempts',
  'created_at',
  'due_at',
  'listed_at',
  'submitted_at',
];

/** Columns that a request needs; the last is the time of the claim. */
const CLAIMED_COLUMNS = ['custom_ims_id', 'mobile', 'content', 'expires_at', 'submitted_at'];

/** How long after its end an attempt's messages can still be found. */
const CLAIMED_LATELY_MS = 600_000;

/** The statements of `MessageQueue`; each comment lists its parameters in order. */
export function queueSql(dialect: SqlDialect) {
  const { now } = dialect;
  const ours = ofAccount(dialect);
  const attempt = {
    state: "'SUBMITTING'",
    attempt: '?',
    due_at: `${now} + ?`,
    listed_as: `'${SUBMITTED}'`,
    listed_at: `${now} + ?`,
    attempts: oneMore('m.attempts'),
    submitted_at: now,
  };
  // The state as well as the index key: only a QUEUED message may ever be submitted.
  const due = `FROM ${dialect.dueMessages}
    WHERE account = ? AND listed_as = 'QUEUED' AND listed_at <= ${now} AND state = 'QUEUED'
      AND (expires_at IS NULL OR expires_at > ${now})`;
  const selectReady = (columns: string) =>
    `SELECT ${columns} ${due} ORDER BY priority DESC, listed_at LIMIT ? ${dialect.lockSkippingLocked}`;
  const columns = [...NEW_MESSAGE_COLUMNS, ...STATE_COLUMNS];
  const newMessagesIn = (state: ImsMessageState, token: string, attempts: number, times: string) =>
    `SELECT ${NEW_MESSAGE_COLUMNS.map((column) => `r.${column}`).join(', ')},
       ?, '${state}', '${indexKeyOf(state)}', ${token}, ${attempts}, ${times}
     FROM ${dialect.rows(NEW_MESSAGE_ROW, 'r')}`;
  const queued = newMessagesIn(
    'QUEUED',
    'NULL',
    0,
    `CAST(? AS ${dialect.bigint}), COALESCE(r.send_at, ?), COALESCE(r.send_at, ?), NULL`,
  );
  const submitting = newMessagesIn('SUBMITTING', '?', 1, `${now}, ${now} + ?, ${now} + ?, ${now}`);

  return {
    /** account, createdAt three times, rows */
    insertQueued: dialect.insertNew('emay_ims_message', columns, queued),
    /** the same for newly made ids, which cannot exist */
    insertNewlyQueued: `INSERT INTO emay_ims_message (${columns.join(', ')}) ${queued}`,
    /** account, attempt, attemptMs twice, rows */
    insertSubmitting: dialect.insertNew('emay_ims_message', columns, submitting),

    /** account, limit, attempt, attemptMs twice: ready messages for one request, no number twice (has RETURNING) */
    claim: `WITH due AS (${selectReady(`${dialect.rowLocation} AS location, mobile, priority, listed_at`)}),
      picked AS (
        SELECT location, row_number() OVER (PARTITION BY mobile ORDER BY priority DESC, listed_at) AS occurrence FROM due
      )
      UPDATE emay_ims_message AS m SET ${assignments(attempt)} FROM picked AS p
      WHERE p.occurrence = 1 AND m.${dialect.rowLocation} = p.location
      RETURNING ${CLAIMED_COLUMNS.map(dialect.returned).join(', ')}`,
    /** account, limit: the same without RETURNING; claimThese follows in the same transaction */
    selectReady: selectReady([...CLAIMED_COLUMNS.slice(0, -1), `${now} AS submitted_at`].join(', ')),
    /** account: any ready message */
    findReady: `SELECT custom_ims_id ${due} LIMIT 1`,
    /** set: attempt, attemptMs twice; rows: ids; where: account. Claims those that are still QUEUED */
    claimThese: dialect.updateMessagesFromRows(
      {
        columns: ID_ROW,
        set: attempt,
        where: `${ours} AND ${STATE} = 'QUEUED'`,
      },
      CLAIMED_COLUMNS.map(dialect.returned),
    ),
    /** ids, account, attempt: what claimThese claimed, without RETURNING */
    findClaimed: `SELECT ${ofMessage(CLAIMED_COLUMNS)} ${fromIds(dialect)} WHERE m.attempt = ?`,

    /**
     * rows, account, attempt: back into the queue; without `due_in`, on hold for the caller. Also messages of a stalled attempt: its owner
     * knows the outcome after all. Not after a manual resolution, which changes attempt ID or state.
     */
    release: dialect.updateMessagesFromRows({
      columns: { custom_ims_id: 'varchar64', code: 'varchar64', due_in: 'bigint' },
      set: {
        state: "'QUEUED'",
        code: 'r.code',
        due_at: `${now} + r.due_in`,
        listed_as: "'QUEUED'",
        listed_at: `${now} + r.due_in`,
      },
      where: `${ours} AND m.attempt = ? AND (${STATE} = 'SUBMITTING'
          OR ${STATE} = 'UNCONFIRMED' AND COALESCE(m.code, '') = 'ATTEMPT_ABANDONED')`,
    }),
    /** account, attempt: its recent claims, found by their index key */
    findByAttempt: `SELECT custom_ims_id FROM ${dialect.dueMessages} WHERE account = ? AND listed_as = '${SUBMITTED}'
      AND priority IN (${ANY_PRIORITY}) AND listed_at > ${now} - ${CLAIMED_LATELY_MS} AND attempt = ?`,
    /** rows, account: makes messages on hold ready */
    unhold: dialect.updateMessagesFromRows({
      columns: ID_ROW,
      set: { due_at: `COALESCE(m.send_at, ${now})`, listed_at: `COALESCE(m.send_at, ${now})` },
      where: `${ours} AND ${STATE} = 'QUEUED' AND m.due_at IS NULL`,
    }),
    /** account, id */
    cancel: `UPDATE emay_ims_message SET state = 'CANCELLED', listed_as = 'CANCELLED', due_at = NULL, final_at = ${now}
      WHERE account = ? AND custom_ims_id = ? AND state = 'QUEUED'`,
  };
}
