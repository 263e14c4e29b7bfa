import type { RowColumns, SqlDialect, UpdateFromRows } from '../database/sql-dialect.js';
import { IMS_MESSAGE_STATES, isEndedUnsent, isFinal, rankForReports, STATE_RANK } from '../messages/message-state.js';
import { messageChange } from './message-changes.js';
import { outcomeOf, outcomeSql } from './listed-outcome.js';
import { fromIds, ID_ROW, ofAccount, STATE, statesThat } from './statement-parts.js';

/** Code of a message that a report says was sent, although it was never submitted from here. */
export const REPORTED_UNSENT = 'REPORTED_UNSENT';

/** Rank of a message's state, computed in the database: concurrent writers can never lower it. */
const RANK = `CASE m.state ${IMS_MESSAGE_STATES.map((state) => `WHEN '${state}' THEN ${STATE_RANK[state]}`).join(' ')} END`;
const ENDED_UNSENT = statesThat(isEndedUnsent);
/** `rankForReports`. */
const RANK_FOR_REPORTS = `CASE WHEN m.attempts > 0 AND m.state IN (${ENDED_UNSENT})
    THEN ${rankForReports({ state: 'CANCELLED', attempts: 1 })} ELSE ${RANK} END`;
/** What may have come into its state without a report, and be raised no more by one that says no more. */
const MAY_LACK_REPORT = statesThat((state) => state === 'UNKNOWN' || state === 'REJECTED' || isEndedUnsent(state));

/**
 * A person wants it sent again: a report of an earlier attempt that does not tell how that ended changes nothing. Of a message that nobody has
 * resent, queued again as refused, any report proves that it was accepted after all.
 */
const IS_RESENT = `(${STATE} = 'QUEUED' AND m.attempts > 0 AND (m.attempt IS NULL OR EXISTS (
    SELECT 1 FROM emay_ims_resolution AS d
    WHERE d.account = m.account AND d.custom_ims_id = m.custom_ims_id AND d.decision = 'resend' AND d.decided_at >= m.created_at)))`;

const NOT_FINAL = statesThat((state) => !isFinal(state));
/** What waits for a report. One that comes later is applied by `applyReports`, which marks its message for the figures. */
const UNREPORTED = statesThat((state) => !isFinal(state) && state !== 'UNKNOWN');
const LISTED_UNFINISHED = statesThat((state) => !isFinal(state) && outcomeOf(state) !== null);

/** Rows that identify a message by the gateway's id and its number. */
export const IMS_ID_ROW: RowColumns = { ims_id: 'varchar64', mobile: 'varchar64' };

/** An UNCONFIRMED message; with `attempts`, only while it has not been submitted again. */
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
/** Reports of several batches; those of one give it once, as a parameter of `set`. */
const OF_ITS_PAGE: RowColumns = { report_page: 'varchar64' };

const REPORTED_COLUMNS = 'm.custom_ims_id, m.ims_id, m.mobile, m.state, m.attempts';

/** The statements of `MessageResults`; each comment lists its parameters in order. */
export function resultsSql(dialect: SqlDialect, { reportDeadlineMs }: { reportDeadlineMs: number }) {
  const { now } = dialect;
  const ours = ofAccount(dialect);
  const change = (update: UpdateFromRows) => messageChange(dialect, update);
  const words = {
    report_state: 'r.report_state',
    report_description: 'r.report_description',
    gateway_submit_time: 'r.submit_time',
    gateway_receive_time: 'r.receive_time',
  };
  const noted = { report_page: 'r.report_page', ...words };
  const told = {
    ims_id: 'COALESCE(m.ims_id, r.ims_id)',
    ...words,
    accepted_at: `COALESCE(m.accepted_at, ${now})`,
    due_at: 'NULL',
  };
  const reported = {
    ...told,
    state: 'r.state',
    outcome: outcomeSql('r.state'),
    final_at: `CASE WHEN r.state <> 'UNKNOWN' THEN ${now} END`,
  };
  /** A message never submitted from here cannot have been accepted from here. */
  const mayBeReported = `(m.attempts > 0 OR ${STATE} NOT IN ('QUEUED', 'UNCONFIRMED'))
          AND NOT (r.state = 'UNKNOWN' AND ${IS_RESENT})`;
  const isToItsNumber = 'm.mobile = COALESCE(r.mobile, m.mobile)';

  return {
    /** rows, account, attempt: `recordOutcomes` for accepted messages, whose `outcome` stays the same */
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
    /** rows, account, attempt: only the latest attempt may record an outcome, and only of a higher rank */
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
        outcome: outcomeSql('r.state'),
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
    /** rows, account, attempt: a report came before the answer; only the gateway's id is missing */
    addImsIds: dialect.updateMessagesFromRows({
      columns: { custom_ims_id: 'varchar64', ims_id: 'varchar64' },
      set: { ims_id: 'r.ims_id' },
      // Not `m.ims_id IS NULL`: SQLite, once analysed, would search by it.
      where: `${ours} AND m.attempt = ? AND ${STATE} <> 'QUEUED' AND COALESCE(m.ims_id, '') = ''`,
    }),

    /** rows, account: reports raise the state; those of equal or lower rank change nothing */
    applyReports: change({
      columns: { ...REPORT_ROW, ...OF_ITS_PAGE },
      set: { ...reported, report_page: 'r.report_page' },
      where: `${ours} AND ${mayBeReported} AND r.rank_to > ${RANK_FOR_REPORTS}`,
    }),
    /** rows, account: after `applyReports`, those that changed nothing, where they are the first about the message */
    noteReports: dialect.updateMessagesFromRows({
      columns: { ...DELIVERED_ROW, ...OF_ITS_PAGE },
      set: noted,
      where: `${ours} AND (${STATE} IN (${MAY_LACK_REPORT}) OR ${IS_RESENT}) AND COALESCE(m.report_state, '') = ''`,
    }),
    /** set: page; rows, account: the same, for messages that wait for a report, which none can contradict */
    applyNamedReports: change({
      columns: REPORT_ROW,
      set: { ...reported, report_page: '?' },
      where: `${ours} AND ${isToItsNumber} AND ${mayBeReported} AND ${STATE} IN (${UNREPORTED}) AND r.rank_to > ${RANK}`,
    }),
    /** rows, account: reports of messages never submitted from here: they may have been sent elsewhere, so they are not sent now */
    markUnconfirmed: change({
      columns: { ...DELIVERED_ROW, ...OF_ITS_PAGE },
      set: {
        ...told,
        report_page: 'r.report_page',
        accepted_at: 'm.accepted_at',
        state: "'UNCONFIRMED'",
        outcome: "'UNCONFIRMED'",
        code: `'${REPORTED_UNSENT}'`,
      },
      where: `${ours} AND m.attempts = 0 AND ${STATE} = 'QUEUED'`,
    }),
    /** rows, account: later reports of those, for the person who decides; none replaces a delivery */
    noteReported: dialect.updateMessagesFromRows({
      columns: { ...DELIVERED_ROW, ...OF_ITS_PAGE },
      set: noted,
      where: `${ours} AND m.attempts = 0 AND ${STATE} = 'UNCONFIRMED' AND UPPER(COALESCE(m.report_state, '')) <> 'DELIVRD'`,
    }),
    /** set: page; rows, account: `applyNamedReports` for submitted messages that were delivered, whose `outcome` stays the same */
    deliver: change({
      columns: DELIVERED_ROW,
      set: { ...told, state: "'DELIVERED'", final_at: now, report_page: '?' },
      where: `${ours} AND ${isToItsNumber} AND ${STATE} IN ('SUBMITTING', 'ACCEPTED')`,
    }),

    /** rows: UNCONFIRMED_ROW; where: account. Manual resolution: resend, at the risk of a second SMS */
    resend: change({
      columns: UNCONFIRMED_ROW,
      set: {
        state: "'QUEUED'",
        attempt: 'NULL',
        // At least one attempt: then a later report is applied, instead of making it UNCONFIRMED again.
        attempts: 'CASE WHEN m.attempts = 0 THEN 1 ELSE m.attempts END',
        // Facts of the previous submission.
        ims_id: 'NULL',
        report_state: 'NULL',
        report_description: 'NULL',
        gateway_submit_time: 'NULL',
        gateway_receive_time: 'NULL',
        report_page: 'NULL',
        expires_at: 'NULL',
        due_at: now,
        outcome: 'NULL',
      },
      where: `${ours} AND ${STILL_UNCONFIRMED}`,
    }),
    /** rows: UNCONFIRMED_ROW; where: account. Manual resolution: give up */
    giveUp: change({
      columns: UNCONFIRMED_ROW,
      set: { state: "'UNKNOWN'", code: "'GIVEN_UP'", due_at: 'NULL', outcome: "'UNKNOWN'" },
      where: `${ours} AND ${STILL_UNCONFIRMED}`,
    }),

    /** ids, account */
    findStates: `SELECT ${REPORTED_COLUMNS} ${fromIds(dialect)}`,
    /** imsIds, account: by number first, which has an index; an index of the gateway's id would cost more than it saves */
    findByImsIds: `SELECT ${REPORTED_COLUMNS} FROM ${dialect.rows(IMS_ID_ROW, 'r')}
      JOIN emay_ims_message AS m ON ${dialect.accountIs('ims_id')} AND m.mobile = r.mobile AND m.ims_id = r.ims_id`,
    /** account, imsIds: messages in doubt, as the gateway's id has no index */
    findInDoubtByImsIds: (count: number) => `SELECT ${REPORTED_COLUMNS} FROM emay_ims_message AS m
      WHERE m.account = ? AND m.outcome IN (${LISTED_UNFINISHED}) AND m.ims_id IN (${marks(count)})`,
    /** ids, account, imsIds: of these messages */
    findTheseByImsIds: (count: number) => `SELECT ${REPORTED_COLUMNS} ${fromIds(dialect)}
      WHERE ${STATE} IN (${NOT_FINAL}) AND COALESCE(m.ims_id, '') IN (${marks(count)})`,
  };
}

function marks(count: number): string {
  return Array.from({ length: count }, () => '?').join(', ');
}
