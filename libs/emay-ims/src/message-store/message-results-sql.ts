import type { RowColumns, SqlDialect, UpdateFromRows } from '../database/sql-dialect.js';
import { IMS_MESSAGE_STATES, isFinal, STATE_RANK } from '../messages/message-state.js';
import { messageChange } from './message-changes.js';
import { ANY_PRIORITY, indexKeyOf, indexKeySql, WAITING_SUBMITTED } from './message-index-key.js';
import { fromIds, ID_ROW, ofAccount, STATE, statesThat } from './statement-parts.js';

/** The code of a message that a report says was sent, though it has never been handed over from here. */
export const REPORTED_UNSENT = 'REPORTED_UNSENT';

/** The rank of a message's state, computed where it is stored: concurrent writers can never lower it. */
const RANK = `CASE m.state ${IMS_MESSAGE_STATES.map((state) => `WHEN '${state}' THEN ${STATE_RANK[state]}`).join(' ')} END`;

const NOT_FINAL = statesThat((state) => !isFinal(state));
const WAITING_ELSEWHERE = statesThat((state) => !isFinal(state) && indexKeyOf(state) === state);

/** Rows that name a message by the gateway's id and its number. */
export const IMS_ID_ROW: RowColumns = { ims_id: 'varchar64', mobile: 'varchar64' };

/** A message in doubt; with `attempts`, only as long as it has not been handed over again. */
const UNCONFIRMED_ROW: RowColumns = { ...ID_ROW, attempts: 'bigint' };
const STILL_UNCONFIRMED = `${STATE} = 'UNCONFIRMED' AND (r.attempts IS NULL OR r.attempts = m.attempts)`;

const DELIVERED_ROW: RowColumns = {
  custom_ims_id: 'varchar64',
  ims_id: 'varchar64',
  mobile: 'varchar64',
  report_state: 'varchar64',
  report_description: 'varchar255',
  submit_time: 'bigint',
  receive_time: 'bigint',
};
const REPORT_ROW: RowColumns = { ...DELIVERED_ROW, state: 'varchar64', rank_to: 'bigint' };

const REPORTED_COLUMNS = 'm.custom_ims_id, m.ims_id, m.mobile, m.state, m.attempts';

/** The statements of `MessageResults`, one each; parameters in the order of the comment behind. */
export function resultsSql(dialect: SqlDialect, { reportDeadlineMs }: { reportDeadlineMs: number }) {
  const { now } = dialect;
  const ours = ofAccount(dialect);
  const change = (update: UpdateFromRows) => messageChange(dialect, update);
  const told = {
    ims_id: 'COALESCE(m.ims_id, r.ims_id)',
    report_state: 'r.report_state',
    report_description: 'r.report_description',
    gateway_submit_time: 'r.submit_time',
    gateway_receive_time: 'r.receive_time',
    accepted_at: `COALESCE(m.accepted_at, ${now})`,
    due_at: 'NULL',
  };
  const reported = {
    ...told,
    state: 'r.state',
    listed_as: indexKeySql('r.state'),
    final_at: `CASE WHEN r.state <> 'UNKNOWN' THEN ${now} END`,
  };
  /** Whoever has never been handed over from here cannot have been accepted from here. */
  const mayBeReported = `(m.attempts > 0 OR ${STATE} NOT IN ('QUEUED', 'UNCONFIRMED'))`;
  const isToItsNumber = 'm.mobile = COALESCE(r.mobile, m.mobile)';

  return {
    /** rows, account, attempt: `settle` for those that the gateway took, who stay listed as they are */
    accept: change({
      columns: { custom_ims_id: 'varchar64', ims_id: 'varchar64', code: 'varchar64' },
      set: {
        state: "'ACCEPTED'",
        ims_id: 'COALESCE(m.ims_id, r.ims_id)',
        code: 'r.code',
        raw_answer: 'NULL',
        accepted_at: `COALESCE(m.accepted_at, ${now})`,
        final_at: 'NULL',
        due_at: `${now} + ${reportDeadlineMs}`,
      },
      where: `${ours} AND m.attempt = ?
          AND ${STATE} = 'SUBMITTING'`,
    }),
    /** rows, account, attempt: only the owner of the attempt may settle it, and only upwards */
    recordOutcomes: change({
      columns: {
        custom_ims_id: 'varchar64',
        state: 'varchar64',
        rank_to: 'bigint',
        ims_id: 'varchar64',
        code: 'varchar64',
        raw_answer: 'varchar1000',
      },
      set: {
        state: 'r.state',
        listed_as: indexKeySql('r.state'),
        ims_id: 'COALESCE(m.ims_id, r.ims_id)',
        code: 'r.code',
        raw_answer: 'r.raw_answer',
        accepted_at: `CASE WHEN r.state = 'ACCEPTED' THEN COALESCE(m.accepted_at, ${now}) ELSE m.accepted_at END`,
        final_at: `CASE WHEN r.state = 'REJECTED' THEN ${now} END`,
        due_at: `CASE WHEN r.state = 'ACCEPTED' THEN ${now} + ${reportDeadlineMs} END`,
      },
      where: `${ours} AND m.attempt = ?
          AND ${STATE} IN ('SUBMITTING', 'UNCONFIRMED') AND r.rank_to > ${RANK}`,
    }),
    /** rows, account, attempt: a report came before the answer; only the id is missing */
    addImsIds: dialect.updateMessagesFromRows({
      columns: { custom_ims_id: 'varchar64', ims_id: 'varchar64' },
      set: { ims_id: 'r.ims_id' },
      // Not `m.ims_id IS NULL`: SQLite, once analysed, takes that for a way to find them.
      where: `${ours} AND m.attempt = ? AND ${STATE} <> 'QUEUED' AND COALESCE(m.ims_id, '') = ''`,
    }),

    /** rows, account: reports raise the state; equal or lower ones change nothing */
    applyReports: change({
      columns: REPORT_ROW,
      set: reported,
      where: `${ours} AND ${mayBeReported} AND r.rank_to > ${RANK}`,
    }),
    /** rows, account: the same, where nothing can contradict it */
    applyNamedReports: change({
      columns: REPORT_ROW,
      set: reported,
      where: `${ours} AND ${isToItsNumber} AND ${mayBeReported} AND ${STATE} IN (${NOT_FINAL}) AND r.rank_to > ${RANK}`,
    }),
    /** rows, account: reports tell of messages that have never left from here: they may have been sent, and are not sent now */
    markUnconfirmed: change({
      columns: DELIVERED_ROW,
      set: {
        ...told,
        accepted_at: 'm.accepted_at',
        state: "'UNCONFIRMED'",
        listed_as: "'UNCONFIRMED'",
        code: `'${REPORTED_UNSENT}'`,
      },
      where: `${ours} AND m.attempts = 0 AND ${STATE} = 'QUEUED'`,
    }),
    /** rows, account: what further reports say of those, for the person who decides; nothing is known better than a delivery */
    noteReported: dialect.updateMessagesFromRows({
      columns: DELIVERED_ROW,
      set: {
        report_state: 'r.report_state',
        report_description: 'r.report_description',
        gateway_submit_time: 'r.submit_time',
        gateway_receive_time: 'r.receive_time',
      },
      where: `${ours} AND m.attempts = 0 AND ${STATE} = 'UNCONFIRMED' AND UPPER(COALESCE(m.report_state, '')) <> 'DELIVRD'`,
    }),
    /** rows, account: the same for those delivered after they were handed over, who stay listed as they are */
    deliver: change({
      columns: DELIVERED_ROW,
      set: { ...told, state: "'DELIVERED'", final_at: now },
      where: `${ours} AND ${isToItsNumber} AND ${STATE} IN ('SUBMITTING', 'ACCEPTED')`,
    }),

    /** rows: doubts; where: account. A person wants it sent after all, whatever the risk */
    resend: change({
      columns: UNCONFIRMED_ROW,
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
      where: `${ours} AND ${STILL_UNCONFIRMED}`,
    }),
    /** rows: doubts; where: account. A person waits no longer to learn what became of it */
    giveUp: change({
      columns: UNCONFIRMED_ROW,
      set: { state: "'UNKNOWN'", code: "'GIVEN_UP'", due_at: 'NULL', listed_as: "'UNKNOWN'" },
      where: `${ours} AND ${STILL_UNCONFIRMED}`,
    }),

    /** ids, account */
    findStates: `SELECT ${REPORTED_COLUMNS} ${fromIds(dialect)}`,
    /** imsIds, account: by number first, which has an index; the gateway's id alone is not worth one */
    findByImsIds: `SELECT ${REPORTED_COLUMNS} FROM ${dialect.rows(IMS_ID_ROW, 'r')}
      JOIN emay_ims_message AS m ON ${dialect.accountIs('ims_id')} AND m.mobile = r.mobile AND m.ims_id = r.ims_id`,
    /** account, (from, to,) imsIds, account, account, (from, to,) imsIds: among those that wait, as there is no index over the gateway's id */
    findByImsIdAlone: (count: number, isAround: boolean) => {
      const find = `SELECT custom_ims_id, ims_id, mobile, state, attempts FROM ${dialect.dueMessages} WHERE account = ?`;
      const submitted = isAround ? `priority IN (${ANY_PRIORITY}) AND listed_at BETWEEN ? AND ? AND` : '';
      const meant = `${submitted} state IN (${NOT_FINAL}) AND ims_id IN (${Array.from({ length: count }, () => '?').join(', ')})`;
      return `${find} AND listed_as IN (${WAITING_ELSEWHERE}) AND ${meant} UNION ALL
        ${find} AND ${WAITING_SUBMITTED} AND ${meant}`;
    },
  };
}
