import type { ImsDatabase } from '../database/ims-database.js';
import type { EventTransactions } from '../events/event-transactions.js';
import { ClockSetBack } from './clock-set-back.js';
import { SubmittedSweep } from './submitted-sweep.js';
import { MessageChanges } from './message-changes.js';
import { maintenanceSql, type MessageSweep } from './message-maintenance-sql.js';

/** Maintenance of one account's messages: ends what has waited too long. Each method resolves to how many messages changed. */
export class MessageMaintenance {
  private readonly sql: ReturnType<typeof maintenanceSql>;
  private readonly changes: MessageChanges;
  private readonly stalledAttempts: SubmittedSweep;
  private readonly overdueReports: SubmittedSweep;
  private readonly clock: ClockSetBack;

  constructor(
    database: ImsDatabase,
    readonly account: string,
    events: EventTransactions,
    private readonly options: { reportDeadlineMs: number; holdMs: number },
  ) {
    this.sql = maintenanceSql(database.dialect);
    this.changes = new MessageChanges(database, account, events);
    const { sql, changes } = this;
    const sweepOf = (sweep: MessageSweep, overdueAfterMs: number) =>
      new SubmittedSweep(database, account, changes, sweep, sql, overdueAfterMs);
    this.stalledAttempts = sweepOf(sql.recover, 0);
    this.overdueReports = sweepOf(sql.endReportWaits, options.reportDeadlineMs);
    this.clock = new ClockSetBack(database, account, changes, sql);
  }

  /** Stalled attempts become UNCONFIRMED: their process died, or could not record the outcome. Never back to the queue. */
  recoverStalledAttempts(goOn?: () => boolean): Promise<number> {
    return this.stalledAttempts.run(goOn);
  }

  /** Messages past their `expiresAt`, or on hold for more than an hour, become EXPIRED. */
  async expire(goOn?: () => boolean): Promise<number> {
    const expired = await this.changes.sweep(this.sql.expire, {}, goOn);
    return expired + (await this.changes.sweep(this.sql.expireHeld, { overdue: [this.options.holdMs] }, goOn));
  }

  /** Accepted messages whose report is overdue become UNKNOWN. */
  endOverdueReportWaits(goOn?: () => boolean): Promise<number> {
    return this.overdueReports.run(goOn);
  }

  /** Makes messages ready that a database clock set back has delayed; `null`: it was not set back. */
  recoverFromClockSetBack(): Promise<number | null> {
    return this.clock.recover();
  }
}
