import type { ImsDatabase, SqlRow, SqlSession } from '../database/ims-database.js';
import type { RowColumns, RowValues } from '../database/sql-dialect.js';
import type { EventTransactions } from '../events/event-transactions.js';
import type { EventfulSession } from '../events/transaction-events.js';
import type { AppliedReport, ReportedMessage } from '../messages/applied-report.js';
import type { MessageOutcome } from '../messages/attempt.js';
import { STATE_RANK, type ImsMessageState } from '../messages/message-state.js';
import { MessageChanges, type MessageChange } from './message-changes.js';
import { IMS_ID_ROW, resultsSql } from './message-results-sql.js';
import { ID_ROW, idRows, inIdOrder } from './statement-parts.js';

/** Between which two times, in epoch ms, the attempts that handed messages over were to end. */
export interface AttemptEnds {
  from: number;
  to: number;
}

/**
 * What became of the messages of one account: moves them to what answers, reports and people say.
 *
 * - Answers and reports move them only upwards, so neither order nor repetition matters.
 */
export class MessageResults {
  private readonly sql: ReturnType<typeof resultsSql>;
  private readonly changes: MessageChanges;

  constructor(
    private readonly database: ImsDatabase,
    readonly account: string,
    private readonly events: EventTransactions,
    options: { reportDeadlineMs: number },
  ) {
    this.sql = resultsSql(database.dialect, options);
    this.changes = new MessageChanges(database, account, events);
  }

  /** Records what the attempt learned. A later attempt, or a higher state, is never overwritten. */
  async recordOutcomes(token: string, outcomes: readonly MessageOutcome[]): Promise<void> {
    if (outcomes.length === 0) return;
    const rows = inIdOrder(outcomes.map((outcome) => new OutcomeRow(outcome)));
    await this.events.step(async (session) => {
      const where = [this.account, token];
      const recorded = await this.move(
        rows,
        'ACCEPTED',
        (usual) => this.changes.make(this.sql.accept, { rows: usual, where }, session),
        (left) => this.changes.make(this.sql.recordOutcomes, { rows: left, where }, session),
      );
      const withIds = rows.filter((row) => row.ims_id !== undefined);
      if (recorded < outcomes.length && withIds.length > 0) {
        const { sql, bind } = this.sql.addImsIds;
        await session.run(sql, bind({ rows: withIds, where }));
      }
    });
  }

  /** Raises messages to what their reports say; resolves to how many moved. */
  applyReports(reports: readonly AppliedReport[], session: EventfulSession): Promise<number> {
    return this.apply(this.sql.applyReports, reportRows(reports), session);
  }

  /** The same for messages that have no final state yet and went to the number that their report tells. */
  applyNamedReports(reports: readonly AppliedReport[], session: EventfulSession): Promise<number> {
    return this.move(
      reportRows(reports),
      'DELIVERED',
      (usual) => this.apply(this.sql.deliver, usual, session),
      (left) => this.apply(this.sql.applyNamedReports, left, session),
    );
  }

  /** Makes messages UNCONFIRMED that have never been handed over from here, though reports tell of them; resolves to how many. */
  async markUnconfirmed(reports: readonly AppliedReport[], session: EventfulSession): Promise<number> {
    const rows = reportRows(reports);
    if (rows.length === 0) return 0;
    const { sql, bind } = this.sql.noteReported;
    await session.run(sql, bind({ rows, where: [this.account] }));
    return this.apply(this.sql.markUnconfirmed, rows, session);
  }

  /** Who a report could be about, by our id or by the gateway's. */
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
   * Messages without a final state by the gateway's id alone: for the rare report that says nothing else.
   *
   * @param around when they were handed over; default: whenever
   */
  async findByImsIdAlone(
    imsIds: readonly string[],
    session: SqlSession,
    around?: AttemptEnds,
  ): Promise<ReportedMessage[]> {
    if (imsIds.length === 0) return [];
    const { account } = this;
    const meant = [...(around ? [around.from, around.to] : []), ...imsIds];
    const sql = this.sql.findByImsIdAlone(imsIds.length, around !== undefined);
    return (await session.rows(sql, [account, ...meant, account, account, ...meant])).map(toReported);
  }

  /**
   * Ends the doubt about an UNCONFIRMED message: back into the queue, or UNKNOWN. `false` where there is no doubt, or with
   * `attempts` given another one than after so many.
   */
  async resolve(
    customImsId: string,
    decision: 'resend' | 'give-up',
    session: EventfulSession,
    attempts?: number,
  ): Promise<boolean> {
    const change = decision === 'resend' ? this.sql.resend : this.sql.giveUp;
    const parameters = { rows: [{ custom_ims_id: customImsId, attempts }], where: [this.account] };
    return (await this.changes.make(change, parameters, session)) === 1;
  }

  /**
   * Moves those that go the usual way by the statement that leaves the index of what is listed alone; then whoever is left.
   *
   * - With others among them, servers do all in one statement: two lock messages in another order than that of their ids, and whoever
   *   does that often ends in deadlocks. (For the rare batch of which somebody did not move, they are tried again.) They see for
   *   themselves which index stays as it is; SQLite writes each of which the statement names a column.
   */
  private async move<Row extends { state: ImsMessageState }>(
    rows: Row[],
    usualState: Row['state'],
    usually: (rows: Row[]) => Promise<number>,
    anyhow: (rows: Row[]) => Promise<number>,
  ): Promise<number> {
    const isUsual = ({ state }: Row) => state === usualState;
    const isSplit = this.database.dialect.name === 'sqlite' || rows.every(isUsual);
    const usual = isSplit ? rows.filter(isUsual) : [];
    const others = isSplit ? rows.filter((row) => !isUsual(row)) : rows;
    const moved = await usually(usual);
    // Those that have moved do not move again.
    return moved + (await anyhow(moved === usual.length ? others : rows));
  }

  private async apply(change: MessageChange, rows: readonly ReportRow[], session: EventfulSession): Promise<number> {
    const { reportsAtATime } = this.database.dialect;
    let moved = 0;
    for (let start = 0; start < rows.length; start += reportsAtATime) {
      const some = rows.slice(start, start + reportsAtATime);
      moved += await this.changes.make(change, { rows: some, where: [this.account] }, session);
    }
    return moved;
  }
}

/** What an attempt learned, for `settle`; what is `undefined` stays NULL. A class, as `ReportRow`: see docs/performance-internals.md. */
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

/** What a report says, for `applyReports`. */
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
