import { assignments } from '../database/dialects/assignments.js';
import { oneMore } from '../database/counter.js';
import type { RowColumns, SqlDialect, UpdateFromRows } from '../database/sql-dialect.js';
import { CHANGED_COLUMNS, ID_ROW, messageChange, ofAccount, STATE, statesThat } from './message-change-sql.js';
import { ANY_PRIORITY, HANDED_OVER, listedAs, WAITING_HANDED_OVER } from './message-listing.js';
import { ALL_COLUMNS, MESSAGE_COLUMNS } from './message-row.js';
import { isFinal, type ImsMessageState } from '../messages/message-state.js';
import { messageResults } from './message-result-sql.js';
import { messageSweeps } from './message-sweep-sql.js';

/** Rows that name a message by the gateway's id and its number. */
export const IMS_ID_ROW: RowColumns = { ims_id: 'varchar64', mobile: 'varchar64' };

/** A message in doubt; with `attempts`, only as long as it has not been handed over again. */
const DOUBT_ROW: RowColumns = { ...ID_ROW, attempts: 'bigint' };
const STILL_IN_DOUBT = `${STATE} = 'UNCONFIRMED' AND (r.attempts IS NULL OR r.attempts = m.attempts)`;

export const NEW_MESSAGE_ROW: RowColumns = {
  custom_ims_id: 'varchar64',
  mobile: 'varchar64',
  content: 'text',
  priority: 'bigint',
  send_at: 'bigint',
  expires_at: 'bigint',
};

/** How long after the end of an attempt its messages are still looked for. */
const CLAIMED_LATELY_MS = 600_000;

const NOT_FINAL = statesThat((state) => !isFinal(state));
const WAITING_ELSEWHERE = statesThat((state) => !isFinal(state) && listedAs(state) === state);

/** The statements on `emay_ims_message`, one each; parameters in the order of the comment behind. */
export type MessageSql = ReturnType<typeof messageSql>;

export function messageSql(dialect: SqlDialect, options: { reportDeadlineMs: number }) {
  const { now } = dialect;
  const ours = ofAccount(dialect);
  const byIds = `FROM ${dialect.rows(ID_ROW, 'r')} JOIN emay_ims_message AS m
    ON ${ours}`;
  const change = (update: UpdateFromRows) => messageChange(dialect, update);
  const attempt = {
    state: "'SUBMITTING'",
    attempt: '?',
    due_at: `${now} + ?`,
    listed_as: `'${HANDED_OVER}'`,
    listed_at: `${now} + ?`,
    attempts: oneMore('m.attempts'),
    submitted_at: now,
  };
  // The state itself as well: only what is QUEUED may ever be sent, whatever it is listed as.
  const due = `FROM ${dialect.dueMessages}
    WHERE account = ? AND listed_as = 'QUEUED' AND listed_at <= ${now} AND state = 'QUEUED'
      AND (expires_at IS NULL OR expires_at > ${now})`;
  const selectDue = (columns: string) =>
    `SELECT ${columns} ${due} ORDER BY priority DESC, listed_at LIMIT ? ${dialect.lockSkippingLocked}`;
  const columns = [...NEW_MESSAGE_COLUMNS, ...STANDING_COLUMNS];
  const standingAs = (state: ImsMessageState, token: string, attempts: number, times: string) =>
    `SELECT ${NEW_MESSAGE_COLUMNS.map((column) => `r.${column}`).join(', ')},
       ?, '${state}', '${listedAs(state)}', ${token}, ${attempts}, ${times}
     FROM ${dialect.rows(NEW_MESSAGE_ROW, 'r')}`;
  const queued = standingAs(
    'QUEUED',
    'NULL',
    0,
    `CAST(? AS ${dialect.bigint}), COALESCE(r.send_at, ?), COALESCE(r.send_at, ?), NULL`,
  );
  const submitting = standingAs('SUBMITTING', '?', 1, `${now}, ${now} + ?, ${now} + ?, ${now}`);

  return {
    now: `SELECT ${now} AS now`,

    /** account, createdAt three times, rows */
    insertQueued: dialect.insertNew('emay_ims_message', columns, queued),
    /** the same of ids that cannot be there */
    insertNewlyQueued: `INSERT INTO emay_ims_message (${columns.join(', ')}) ${queued}`,
    /** account, attempt, attemptMs twice, rows */
    insertSubmitting: dialect.insertNew('emay_ims_message', columns, submitting),

    /** ids, account */
    findByIds: `SELECT ${MESSAGE_COLUMNS.map((column) => `m.${column}`).join(', ')} ${byIds}`,
    /** ids, account: as they are now, not as the snapshot of a host's transaction has them; after `insertQueued`, which locks them */
    findLatestByIds: `SELECT ${MESSAGE_COLUMNS.map((column) => `m.${column}`).join(', ')} ${dialect.latest(
      dialect.rows(ID_ROW, 'r'),
      'emay_ims_message AS m',
      ours,
    )}`,
    /** account, id */
    findOne: `SELECT ${ALL_COLUMNS} FROM emay_ims_message WHERE account = ? AND custom_ims_id = ?`,
    /**
     * account three times: by what they are listed as; of those handed over, which are not DELIVERED, by their state. The planner may
     * read all rows in their order where that is faster than most of them by the index.
     */
    stats: `SELECT COALESCE(listed_as, '${HANDED_OVER}') AS listed, NULL AS state, COUNT(*) AS messages
        FROM emay_ims_message WHERE account = ? GROUP BY listed_as
      UNION ALL
      SELECT '${HANDED_OVER}', state, COUNT(*) FROM emay_ims_message
        WHERE account = ? AND ${WAITING_HANDED_OVER} AND state <> 'DELIVERED' GROUP BY state`,

    /** account, limit, attempt, attemptMs twice: one request's worth of what is due, no number twice (has RETURNING) */
    claim: `WITH due AS (${selectDue(`${dialect.rowLocation} AS location, mobile, priority, listed_at`)}),
      picked AS (
        SELECT location, row_number() OVER (PARTITION BY mobile ORDER BY priority DESC, listed_at) AS occurrence FROM due
      )
      UPDATE emay_ims_message AS m SET ${assignments(attempt)} FROM picked AS p
      WHERE p.occurrence = 1 AND m.${dialect.rowLocation} = p.location
      RETURNING ${CLAIMED_COLUMNS.map(dialect.returned).join(', ')}`,
    /** account, limit: the same where there is no RETURNING; claimThese follows in the same transaction */
    selectDue: selectDue([...CLAIMED_COLUMNS.slice(0, -1), `${now} AS submitted_at`].join(', ')),
    /** account: whether there is anything to claim */
    findDue: `SELECT custom_ims_id ${due} LIMIT 1`,
    /** set: attempt, attemptMs twice; rows: ids; where: account. Takes those that are still queued */
    claimThese: dialect.updateMessagesFromRows(
      {
        columns: ID_ROW,
        set: attempt,
        where: `${ours} AND ${STATE} = 'QUEUED'`,
      },
      CLAIMED_COLUMNS,
    ),
    /** ids, account, attempt: what claimThese took, where there is no RETURNING */
    findClaimed: `SELECT ${CLAIMED_COLUMNS.map((column) => `m.${column}`).join(', ')} ${byIds} WHERE m.attempt = ?`,

    /**
     * rows, account, attempt: back into the queue; without `due_in` held for the caller to try again. Also what was taken for
     * abandoned: the attempt's owner knows better. A person's decision takes the token, or the state.
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
    /** account, attempt: what it has claimed lately, by where that is listed */
    findByAttempt: `SELECT custom_ims_id FROM ${dialect.dueMessages} WHERE account = ? AND listed_as = '${HANDED_OVER}'
      AND priority IN (${ANY_PRIORITY}) AND listed_at > ${now} - ${CLAIMED_LATELY_MS} AND attempt = ?`,
    /** rows, account: what a failed direct send held goes into the queue after all */
    unhold: dialect.updateMessagesFromRows({
      columns: ID_ROW,
      set: { due_at: `COALESCE(m.send_at, ${now})`, listed_at: `COALESCE(m.send_at, ${now})` },
      where: `${ours} AND ${STATE} = 'QUEUED' AND m.due_at IS NULL`,
    }),

    /** account, id */
    cancel: `UPDATE emay_ims_message SET state = 'CANCELLED', listed_as = 'CANCELLED', due_at = NULL, final_at = ${now}
      WHERE account = ? AND custom_ims_id = ? AND state = 'QUEUED'`,
    ...messageSweeps(dialect),
    ...messageResults(dialect, options),

    /** rows: doubts; where: account. A person wants it sent after all, whatever the risk */
    resend: change({
      columns: DOUBT_ROW,
      set: {
        state: "'QUEUED'",
        attempt: 'NULL',
        // As one that was attempted: its report, should it come again, settles it instead of putting it in doubt once more.
        attempts: 'CASE WHEN m.attempts = 0 THEN 1 ELSE m.attempts END',
        // What is known of the submission before is not true of the next.
        ims_id: 'NULL',
        report_state: 'NULL',
        report_description: 'NULL',
        gateway_submit_time: 'NULL',
        gateway_receive_time: 'NULL',
        expires_at: 'NULL',
        due_at: now,
        listed_as: "'QUEUED'",
        listed_at: now,
      },
      where: `${ours} AND ${STILL_IN_DOUBT}`,
    }),
    /** rows: doubts; where: account. A person waits no longer to learn what became of it */
    giveUp: change({
      columns: DOUBT_ROW,
      set: { state: "'UNKNOWN'", code: "'GIVEN_UP'", due_at: 'NULL', listed_as: "'UNKNOWN'" },
      where: `${ours} AND ${STILL_IN_DOUBT}`,
    }),

    /** imsIds, account: by number first, which has an index; the gateway's id alone is not worth one */
    findByImsIds: `SELECT m.custom_ims_id, m.ims_id, m.mobile, m.state, m.attempts FROM ${dialect.rows(IMS_ID_ROW, 'r')}
      JOIN emay_ims_message AS m ON ${dialect.accountIs('ims_id')} AND m.mobile = r.mobile AND m.ims_id = r.ims_id`,
    /** account, (from, to,) imsIds, account, account, (from, to,) imsIds: among those that wait, as there is no index over the gateway's id */
    findByImsIdAlone: (count: number, isAround: boolean) => {
      const find = `SELECT custom_ims_id, ims_id, mobile, state, attempts FROM ${dialect.dueMessages} WHERE account = ?`;
      const handedOver = isAround ? `priority IN (${ANY_PRIORITY}) AND listed_at BETWEEN ? AND ? AND` : '';
      const meant = `${handedOver} state IN (${NOT_FINAL}) AND ims_id IN (${Array.from({ length: count }, () => '?').join(', ')})`;
      return `${find} AND listed_as IN (${WAITING_ELSEWHERE}) AND ${meant} UNION ALL
        ${find} AND ${WAITING_HANDED_OVER} AND ${meant}`;
    },
    /** ids, account: what has just been changed, where there is no RETURNING */
    findChanged: `SELECT ${CHANGED_COLUMNS.map((column) => `m.${column}`).join(', ')}, ${now} AS occurred_at ${byIds}`,
    /** ids, account */
    findStates: `SELECT m.custom_ims_id, m.ims_id, m.mobile, m.state, m.attempts ${byIds}`,
  };
}

/** What a request needs to know of its messages; last, when they were claimed. */
const CLAIMED_COLUMNS = ['custom_ims_id', 'mobile', 'content', 'expires_at', 'submitted_at'];

const NEW_MESSAGE_COLUMNS = Object.keys(NEW_MESSAGE_ROW);
const STANDING_COLUMNS = [
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
