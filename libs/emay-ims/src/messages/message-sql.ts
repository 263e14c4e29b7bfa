import { assignments } from '../database/dialects/assignments.js';
import type { RowColumns, SqlDialect } from '../database/sql-dialect.js';
import { ALL_COLUMNS, MESSAGE_COLUMNS } from './message-row.js';
import { IMS_MESSAGE_STATES, STATE_RANK } from './message-state.js';

const NEW_MESSAGE: RowColumns = {
  custom_ims_id: 'id',
  mobile: 'text',
  content: 'text',
  priority: 'bigint',
  send_at: 'bigint',
  expires_at: 'bigint',
};

/** Every priority there is: an `IN` over them lets the index reach `due_at` behind them. */
const ANY_PRIORITY = '0, 1, 2, 3, 4, 5, 6, 7, 8, 9';

/** The rank of a message's state, computed where it is stored: concurrent writers can never lower it. */
const RANK = `CASE m.state ${IMS_MESSAGE_STATES.map((state) => `WHEN '${state}' THEN ${STATE_RANK[state]}`).join(' ')} END`;

/** The statements on `emay_ims_message`, one each; parameters in the order of the comment behind. */
export type MessageSql = ReturnType<typeof messageSql>;

export function messageSql(dialect: SqlDialect) {
  const { now } = dialect;
  const ours = `${dialect.accountIs('custom_ims_id')} AND m.custom_ims_id = r.custom_ims_id`;
  const byIds = `FROM ${dialect.rows({ custom_ims_id: 'id' }, 'r')} JOIN emay_ims_message AS m
    ON ${ours}`;
  const attempt = {
    state: "'SUBMITTING'",
    attempt: '?',
    due_at: `${now} + ?`,
    attempts: 'm.attempts + 1',
    submitted_at: now,
  };
  const selectDue = (columns: string) => `SELECT ${columns} FROM ${dialect.dueMessages}
    WHERE account = ? AND state = 'QUEUED' AND due_at <= ${now} AND (expires_at IS NULL OR expires_at > ${now})
    ORDER BY priority DESC, due_at, custom_ims_id LIMIT ? ${dialect.lockSkippingLocked}`;
  const insertedAs = (state: string, token: string, attempts: number, times: string) =>
    dialect.insertNew(
      'emay_ims_message',
      [...NEW_MESSAGE_ORDER, 'account', 'state', 'attempt', 'attempts', 'created_at', 'due_at', 'submitted_at'],
      `SELECT ${NEW_MESSAGE_ORDER.map((column) => `r.${column}`).join(', ')}, ?, '${state}', ${token}, ${attempts}, ${times}
       FROM ${dialect.rows(NEW_MESSAGE, 'r')}`,
    );

  return {
    now: `SELECT ${now} AS now`,

    /** account, createdAt, createdAt, rows */
    insertQueued: insertedAs('QUEUED', 'NULL', 0, `CAST(? AS ${dialect.bigint}), COALESCE(r.send_at, ?), NULL`),
    /** account, attempt, attemptMs, rows */
    insertSubmitting: insertedAs('SUBMITTING', '?', 1, `${now}, ${now} + ?, ${now}`),

    /** ids, account */
    findByIds: `SELECT ${MESSAGE_COLUMNS.map((column) => `m.${column}`).join(', ')} ${byIds}`,
    /** account, id */
    findOne: `SELECT ${ALL_COLUMNS} FROM emay_ims_message WHERE account = ? AND custom_ims_id = ?`,
    /** account */
    stats: 'SELECT state, COUNT(*) AS messages FROM emay_ims_message WHERE account = ? GROUP BY state',

    /** account, limit, attempt, attemptMs: one request's worth of what is due, no number twice (has RETURNING) */
    claim: `WITH due AS (${selectDue('account, custom_ims_id, mobile, priority, due_at')}),
      picked AS (
        SELECT account, custom_ims_id, row_number() OVER
          (PARTITION BY mobile ORDER BY priority DESC, due_at, custom_ims_id) AS occurrence FROM due
      )
      UPDATE emay_ims_message AS m SET ${assignments(attempt)} FROM picked AS p
      WHERE p.occurrence = 1 AND m.account = p.account AND m.custom_ims_id = p.custom_ims_id
      RETURNING ${MESSAGE_COLUMNS.map(dialect.returned).join(', ')}`,
    /** account, limit: the same where there is no RETURNING; claimThese follows in the same transaction */
    selectDue: selectDue('custom_ims_id, mobile'),
    /** set: attempt, attemptMs; rows: ids; where: account. Takes those that are still queued */
    claimThese: dialect.updateMessagesFromRows(
      {
        columns: { custom_ims_id: 'id' },
        set: attempt,
        where: `${ours} AND m.state = 'QUEUED'`,
      },
      MESSAGE_COLUMNS,
    ),

    /** rows, account, attempt: only the owner of the attempt may settle it, and only upwards */
    settle: (reportDeadlineMs: number) =>
      dialect.updateMessagesFromRows({
        columns: {
          custom_ims_id: 'id',
          state: 'text',
          rank_to: 'bigint',
          ims_id: 'text',
          code: 'text',
          raw_answer: 'text',
        },
        set: {
          state: 'r.state',
          ims_id: 'COALESCE(m.ims_id, r.ims_id)',
          code: 'r.code',
          raw_answer: 'r.raw_answer',
          accepted_at: `CASE WHEN r.state = 'ACCEPTED' THEN COALESCE(m.accepted_at, ${now}) ELSE m.accepted_at END`,
          final_at: `CASE WHEN r.state = 'REJECTED' THEN ${now} END`,
          due_at: `CASE WHEN r.state = 'ACCEPTED' THEN ${now} + ${reportDeadlineMs} END`,
        },
        where: `${ours} AND m.attempt = ?
          AND m.state IN ('SUBMITTING', 'UNCONFIRMED') AND r.rank_to > ${RANK}`,
      }),
    /** rows, account, attempt: a report came before the answer; only the id is missing */
    addImsIds: dialect.updateMessagesFromRows({
      columns: { custom_ims_id: 'id', ims_id: 'text' },
      set: { ims_id: 'r.ims_id' },
      // Not `m.ims_id IS NULL`: SQLite, once analysed, takes that for a way to find them.
      where: `${ours} AND m.attempt = ? AND m.state <> 'QUEUED' AND COALESCE(m.ims_id, '') = ''`,
    }),
    /** rows, account, attempt: back into the queue; without `due_in` held for the caller to try again */
    release: dialect.updateMessagesFromRows({
      columns: { custom_ims_id: 'id', code: 'text', due_in: 'bigint' },
      set: { state: "'QUEUED'", code: 'r.code', due_at: `${now} + r.due_in` },
      where: `${ours} AND m.attempt = ? AND m.state = 'SUBMITTING'`,
    }),
    /** rows, account: what a failed direct send held goes into the queue after all */
    unhold: dialect.updateMessagesFromRows({
      columns: { custom_ims_id: 'id' },
      set: { due_at: `COALESCE(m.send_at, ${now})` },
      where: `${ours} AND m.state = 'QUEUED' AND m.due_at IS NULL`,
    }),

    /** account, id */
    cancel: `UPDATE emay_ims_message SET state = 'CANCELLED', due_at = NULL, final_at = ${now}
      WHERE account = ? AND custom_ims_id = ? AND state = 'QUEUED'`,
    /** code, account: attempts whose process is gone, or too late to tell */
    recover: `UPDATE ${dialect.dueMessages} SET state = 'UNCONFIRMED', due_at = NULL, code = ?
      WHERE account = ? AND state = 'SUBMITTING' AND priority IN (${ANY_PRIORITY}) AND due_at <= ${now}`,
    /** account */
    expire: `UPDATE ${dialect.dueMessages} SET state = 'EXPIRED', due_at = NULL, final_at = ${now}
      WHERE account = ? AND state = 'QUEUED' AND priority IN (${ANY_PRIORITY}) AND due_at <= ${now} AND expires_at <= ${now}`,
    /** account, holdMs */
    expireHeld: `UPDATE ${dialect.dueMessages} SET state = 'EXPIRED', final_at = ${now}
      WHERE account = ? AND state = 'QUEUED' AND priority IN (${ANY_PRIORITY}) AND due_at IS NULL
        AND (submitted_at <= ${now} - ? OR expires_at <= ${now})`,
    /** account: no report came in time */
    giveUpWaiting: `UPDATE ${dialect.dueMessages} SET state = 'UNKNOWN', due_at = NULL
      WHERE account = ? AND state = 'ACCEPTED' AND priority IN (${ANY_PRIORITY}) AND due_at <= ${now}`,

    /** rows, account: reports raise the state; equal or lower ones change nothing */
    applyReports: dialect.updateMessagesFromRows({
      columns: REPORT_ROW,
      set: {
        state: 'r.state',
        ims_id: 'COALESCE(m.ims_id, r.ims_id)',
        report_state: 'r.report_state',
        report_description: 'r.report_description',
        gateway_submit_time: 'r.submit_time',
        gateway_receive_time: 'r.receive_time',
        accepted_at: `COALESCE(m.accepted_at, ${now})`,
        final_at: `CASE WHEN r.state <> 'UNKNOWN' THEN ${now} END`,
        due_at: 'NULL',
      },
      where: `${ours} AND r.rank_to > ${RANK}`,
    }),
    /** imsIds, account */
    findByImsIds: `SELECT m.custom_ims_id, m.ims_id, m.mobile, m.state
      FROM ${dialect.rows({ ims_id: 'id' }, 'r')} JOIN emay_ims_message AS m ON ${dialect.accountIs('ims_id')} AND m.ims_id = r.ims_id`,
    /** ids, account */
    findStates: `SELECT m.custom_ims_id, m.ims_id, m.mobile, m.state ${byIds}`,
  };
}

const NEW_MESSAGE_ORDER = Object.keys(NEW_MESSAGE);

const REPORT_ROW: RowColumns = {
  custom_ims_id: 'id',
  ims_id: 'text',
  state: 'text',
  rank_to: 'bigint',
  report_state: 'text',
  report_description: 'text',
  submit_time: 'bigint',
  receive_time: 'bigint',
};
