import type { ImsDatabase } from '../database/ims-database.js';
import type { EventTransactions } from '../events/event-transactions.js';
import type { EventfulSession } from '../events/transaction-events.js';
import type { MessageChange } from './message-change-sql.js';
import type { MessageChanges } from './message-changes.js';
import type { MessageSql } from './message-sql.js';
import type { ImsMessageState } from '../messages/message-state.js';
import type { AppliedReport } from '../messages/applied-report.js';
import type { Settlement } from '../messages/attempt.js';
import { inIdOrder, reportRows, SettlementRow, type ReportRow } from './statement-rows.js';

/** Moves messages to what answers and reports say: only upwards, so neither order nor repetition matters. */
export class MessageResults {
  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
    private readonly changes: MessageChanges,
    private readonly events: EventTransactions,
    private readonly sql: MessageSql,
  ) {}

  async settle(token: string, settlements: readonly Settlement[]): Promise<void> {
    if (settlements.length === 0) return;
    const rows = inIdOrder(settlements.map((settlement) => new SettlementRow(settlement)));
    await this.events.step(async (session) => {
      const where = [this.account, token];
      const settled = await this.move(
        rows,
        'ACCEPTED',
        (usual) => this.changes.make(this.sql.accept, { rows: usual, where }, session),
        (left) => this.changes.make(this.sql.settle, { rows: left, where }, session),
      );
      const withIds = rows.filter((row) => row.ims_id !== undefined);
      if (settled < settlements.length && withIds.length > 0) {
        const { sql, bind } = this.sql.addImsIds;
        await session.run(sql, bind({ rows: withIds, where }));
      }
    });
  }

  applyReports(reports: readonly AppliedReport[], session: EventfulSession): Promise<number> {
    return this.apply(this.sql.applyReports, reportRows(reports), session);
  }

  applyNamedReports(reports: readonly AppliedReport[], session: EventfulSession): Promise<number> {
    return this.move(
      reportRows(reports),
      'DELIVERED',
      (usual) => this.apply(this.sql.deliver, usual, session),
      (left) => this.apply(this.sql.applyNamedReports, left, session),
    );
  }

  async doubtReported(reports: readonly AppliedReport[], session: EventfulSession): Promise<number> {
    const rows = reportRows(reports);
    if (rows.length === 0) return 0;
    const { sql, bind } = this.sql.noteReported;
    await session.run(sql, bind({ rows, where: [this.account] }));
    return this.apply(this.sql.doubtReported, rows, session);
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
