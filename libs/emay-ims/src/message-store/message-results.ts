import type { ImsDatabase, SqlRow, SqlSession } from '../database/ims-database.js';
import type { RowColumns, RowValues } from '../database/sql-dialect.js';
import type { EventTransactions } from '../events/event-transactions.js';
import type { EventfulSession } from '../events/transaction-events.js';
import type { AppliedReport, ReportedMessage } from '../messages/applied-report.js';
import type { MessageOutcome } from '../messages/attempt.js';
import { STATE_RANK, type ImsMessageState } from '../messages/message-state.js';
import { AttemptList, type AttemptEnds } from './attempt-list.js';
import { DueList } from './due-list.js';
import { FigureMarks } from './figure-marks.js';
import { MessageChanges, type MessageChange } from './message-changes.js';
import { IMS_ID_ROW, REPORTED_UNSENT, resultsSql } from './message-results-sql.js';
import { MessageTraces } from './message-trace.js';
import { ID_ROW, idRows, inIdOrder } from './statement-parts.js';

/**
 * Outcomes of one account's messages: from answers, reports and manual resolution.
 *
 * - Answers and reports only raise the state, so neither order nor repetition matters.
 */
export class MessageResults {
  private readonly sql: ReturnType<typeof resultsSql>;
  private readonly changes: MessageChanges;
  private readonly due: DueList;
  private readonly attempts: AttemptList;
  private readonly traces: MessageTraces;
  private readonly marks: FigureMarks;

  constructor(
    private readonly database: ImsDatabase,
    readonly account: string,
    private readonly events: EventTransactions,
    options: { reportDeadlineMs: number },
  ) {
    this.sql = resultsSql(database.dialect, options);
    this.changes = new MessageChanges(database, account);
    this.due = new DueList(database, account);
    this.attempts = new AttemptList(database, account);
    this.traces = new MessageTraces(database, account);
    this.marks = new FigureMarks(database, account);
  }

  /** Records the outcomes of an attempt. A later attempt, or a state of higher rank, is never overwritten. */
  async recordOutcomes(token: string, outcomes: readonly MessageOutcome[]): Promise<void> {
    if (outcomes.length === 0) return;
    const rows = inIdOrder(outcomes.map((outcome) => new OutcomeRow(outcome)));
    const where = [this.account, token];
    if (rows.every(isAccepted)) {
      const accept = (session: EventfulSession) => this.changes.make(this.sql.accept, { rows, where }, session);
      if ((await this.events.step(accept)) === rows.length) return;
    }
    const traces = outcomes.map(({ customImsId, code, imsId }) => ({ customImsId, code, detail: imsId }));
    await this.events.transaction(async (session) => {
      await this.traces.late(token, traces, session);
      const recorded = await this.move(
        rows,
        'ACCEPTED',
        (usual) => this.changes.make(this.sql.accept, { rows: usual, where }, session),
        (left) => this.changes.make(this.sql.recordOutcomes, { rows: left, where }, session),
      );
      const accepted = rows.filter(isAccepted).map(({ custom_ims_id: id }) => id);
      if (accepted.length > 0) await this.attempts.addLate(token, accepted, session);
      const withIds = rows.filter((row) => row.ims_id !== undefined);
      if (recorded < outcomes.length && withIds.length > 0) {
        const { sql, parameters } = this.sql.addImsIds.make({ rows: withIds, where });
        await session.run(sql, parameters);
      }
      const unconfirmed = outcomes.filter(({ state }) => state === 'UNCONFIRMED');
      await this.traces.unconfirmed(token, unconfirmed, session);
    });
  }

  /** Raises messages to the states of their reports, finished ones and what ended after an attempt too; resolves to how many changed. */
  async applyReports(reports: readonly AppliedReport[], session: EventfulSession): Promise<number> {
    const raised = await this.apply(this.sql.applyReports, reportRows(reports), session);
    const ids = reports.map(({ customImsId }) => customImsId);
    if (raised > 0) await this.marks.add(ids, session);
    return raised;
  }

  /** After `applyReports`: keeps what those say that changed no state, where nothing is kept of a report yet. */
  async noteReports(reports: readonly AppliedReport[], session: SqlSession): Promise<void> {
    if (reports.length === 0) return;
    const { sql, parameters } = this.sql.noteReports.make({ rows: reportRows(reports), where: [this.account] });
    await session.run(sql, parameters);
  }

  /**
   * The same as `applyReports`, only for messages that still wait for their report, and whose number is that of the report.
   *
   * @param page the batch that they came in
   */
  applyNamedReports(
    reports: readonly AppliedReport[],
    session: EventfulSession,
    page: string | null = null,
  ): Promise<number> {
    return this.move(
      reportRows(reports),
      'DELIVERED',
      (usual) => this.apply(this.sql.deliver, usual, session, [page]),
      (left) => this.apply(this.sql.applyNamedReports, left, session, [page]),
    );
  }

  /** Makes reported messages UNCONFIRMED that were never submitted from here; resolves to how many. */
  async markUnconfirmed(reports: readonly AppliedReport[], session: EventfulSession): Promise<number> {
    const rows = reportRows(reports);
    if (rows.length === 0) return 0;
    const { sql, parameters } = this.sql.noteReported.make({ rows, where: [this.account] });
    await session.run(sql, parameters);
    const marked = await this.apply(this.sql.markUnconfirmed, rows, session);
    const ids = reports.map(({ customImsId }) => customImsId);
    if (marked > 0) await this.traces.unconfirmedWith(REPORTED_UNSENT, ids, session);
    return marked;
  }

  /** Messages that reports may be about, by our id or the gateway's. */
  async findReported(
    { customImsIds, imsIds }: { customImsIds: string[]; imsIds: { ims_id: string; mobile: string }[] },
    session: SqlSession,
  ): Promise<ReportedMessage[]> {
    const find = async (sql: string, columns: RowColumns, rows: readonly RowValues[]) =>
      rows.length === 0 ? [] : session.rows(sql, [...this.database.dialect.encodeRows(columns, rows), this.account]);
    const byId = await find(this.sql.findStates, ID_ROW, idRows(customImsIds));
    return [...byId, ...(await find(this.sql.findByImsIds, IMS_ID_ROW, imsIds))].map(toReported);
  }

  /**
   * Messages without a final state by the gateway's id alone: for the rare report without anything else.
   *
   * @param around when their attempts were to end; default: any time
   */
  async findByImsIdAlone(
    imsIds: readonly string[],
    session: SqlSession,
    around?: AttemptEnds,
  ): Promise<ReportedMessage[]> {
    if (imsIds.length === 0) return [];
    const inDoubt = this.sql.findInDoubtByImsIds(imsIds.length);
    const found = await session.rows(inDoubt, [this.account, ...imsIds]);
    const ofThese = this.sql.findTheseByImsIds(imsIds.length);
    for await (const portion of this.attempts.all(session, around)) {
      const ids = idRows([...new Set(portion.flatMap(({ customImsIds }) => customImsIds))]);
      const parameters = [...this.database.dialect.encodeRows(ID_ROW, ids), this.account, ...imsIds];
      found.push(...(await session.rows(ofThese, parameters)));
    }
    const byId = new Map(found.map((row) => [String(row.custom_ims_id), toReported(row)]));
    return [...byId.values()];
  }

  /**
   * Manual resolution of an UNCONFIRMED message: back into the queue, or UNKNOWN. `false`: it is not UNCONFIRMED, or has another number of
   * `attempts`.
   */
  async resolve(
    customImsId: string,
    decision: 'resend' | 'give-up',
    session: EventfulSession,
    attempts?: number,
  ): Promise<boolean> {
    const change = decision === 'resend' ? this.sql.resend : this.sql.giveUp;
    const parameters = { rows: [{ custom_ims_id: customImsId, attempts }], where: [this.account] };
    const isResolved = (await this.changes.make(change, parameters, session)) === 1;
    if (!isResolved) return false;
    if (decision === 'resend') await this.due.addQueued([customImsId], session);
    await this.marks.add([customImsId], session);
    return true;
  }

  /**
   * Changes the rows in the usual state with the statement that leaves `outcome` alone, then the other rows.
   *
   * - On servers, mixed rows take one general statement. Two statements lock messages out of id order, which leads to deadlocks. Servers also
   *   detect by themselves which indexes stay the same; SQLite rewrites every index of a named column.
   * - If some usual rows did not change, the general statement runs for all rows.
   */
  private async move<Row extends { state: ImsMessageState }>(
    rows: Row[],
    usualState: Row['state'],
    changeUsual: (rows: Row[]) => Promise<number>,
    changeAny: (rows: Row[]) => Promise<number>,
  ): Promise<number> {
    const isUsual = ({ state }: Row) => state === usualState;
    const isSplit = this.database.dialect.name === 'sqlite' || rows.every(isUsual);
    const usual = isSplit ? rows.filter(isUsual) : [];
    const others = isSplit ? rows.filter((row) => !isUsual(row)) : rows;
    const moved = await changeUsual(usual);
    // Rows already changed do not change again.
    return moved + (await changeAny(moved === usual.length ? others : rows));
  }

  private async apply(
    change: MessageChange,
    rows: readonly ReportRow[],
    session: EventfulSession,
    set: readonly unknown[] = [],
  ): Promise<number> {
    const { reportsAtATime } = this.database.dialect;
    let moved = 0;
    for (let start = 0; start < rows.length; start += reportsAtATime) {
      const some = rows.slice(start, start + reportsAtATime);
      moved += await this.changes.make(change, { set, rows: some, where: [this.account] }, session);
    }
    return moved;
  }
}

function isAccepted({ state }: OutcomeRow): boolean {
  return state === 'ACCEPTED';
}

/** A row of `recordOutcomes`; `undefined` stays NULL. A class, as `ReportRow`: see docs/performance-internals.md. */
class OutcomeRow implements RowValues {
  [column: string]: string | number | undefined;
  readonly custom_ims_id: string;
  readonly state: MessageOutcome['state'];

  constructor({ customImsId, state, code, imsId, rawAnswer }: MessageOutcome) {
    this.custom_ims_id = customImsId;
    this.state = state;
    this.rank_to = STATE_RANK[state];
    this.ims_id = imsId ?? undefined;
    this.code = code ?? undefined;
    this.raw_answer = rawAnswer ?? undefined;
  }
}

/** A row of `applyReports`. */
class ReportRow implements RowValues {
  [column: string]: string | number | undefined;
  readonly custom_ims_id: string;
  readonly state: AppliedReport['state'];

  constructor(report: AppliedReport) {
    this.custom_ims_id = report.customImsId;
    this.ims_id = report.imsId ?? undefined;
    this.mobile = report.mobile ?? undefined;
    this.state = report.state;
    this.rank_to = STATE_RANK[report.state];
    this.report_state = report.reportState;
    this.report_description = report.description ?? undefined;
    this.submit_time = report.submitTime?.getTime();
    this.receive_time = report.receiveTime?.getTime();
    this.report_page = report.page ?? undefined;
  }
}

function reportRows(reports: readonly AppliedReport[]): ReportRow[] {
  return inIdOrder(reports.map((report) => new ReportRow(report)));
}

function toReported(row: SqlRow): ReportedMessage {
  return {
    customImsId: String(row.custom_ims_id),
    imsId: row.ims_id === null ? null : String(row.ims_id),
    mobile: String(row.mobile),
    state: row.state as ImsMessageState,
    attempts: Number(row.attempts),
  };
}
