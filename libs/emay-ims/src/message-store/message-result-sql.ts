import type { RowColumns, SqlDialect, UpdateFromRows } from '../database/sql-dialect.js';
import { messageChange, ofAccount, STATE, statesThat } from './message-change-sql.js';
import { listedAsSql } from './message-listing.js';
import { IMS_MESSAGE_STATES, isFinal, STATE_RANK } from '../messages/message-state.js';

/** The code of a message that a report says was sent, though it has never been handed over from here. */
export const REPORTED_UNSENT = 'REPORTED_UNSENT';

/** The rank of a message's state, computed where it is stored: concurrent writers can never lower it. */
const RANK = `CASE m.state ${IMS_MESSAGE_STATES.map((state) => `WHEN '${state}' THEN ${STATE_RANK[state]}`).join(' ')} END`;

const NOT_FINAL = statesThat((state) => !isFinal(state));

/** The statements by which answers and reports move messages; parameters in the order of the comment behind. */
export function messageResults(dialect: SqlDialect, { reportDeadlineMs }: { reportDeadlineMs: number }) {
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
    listed_as: listedAsSql('r.state'),
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
    settle: change({
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
        listed_as: listedAsSql('r.state'),
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
    doubtReported: change({
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
  };
}

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
