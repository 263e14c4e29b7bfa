import type { ImsDatabase } from '../database/ims-database.js';
import type { EventTransactions } from '../events/event-transactions.js';
import { AttemptList } from './attempt-list.js';
import { AttemptSweep } from './attempt-sweep.js';
import { ClockSetBack } from './clock-set-back.js';
import { DueList } from './due-list.js';
import { MessageChanges } from './message-changes.js';
import { ABANDONED, maintenanceSql } from './message-maintenance-sql.js';
import { MessageTraces } from './message-trace.js';
import { idRows } from './statement-parts.js';

/** Messages on hold that are changed in one transaction. */
const HELD_AT_A_TIME = 1_000;

const ALWAYS = () => true;

/** Maintenance of one account's messages: ends what has waited too long. Each method resolves to how many messages changed. */
export class MessageMaintenance {
  private readonly sql: ReturnType<typeof maintenanceSql>;
  private readonly changes: MessageChanges;
  private readonly due: DueList;
  private readonly attempts: AttemptSweep;
  private readonly clock: ClockSetBack;

  constructor(
    private readonly database: ImsDatabase,
    readonly account: string,
    private readonly events: EventTransactions,
    private readonly options: { holdMs: number; reportDeadlineMs: number },
  ) {
    this.sql = maintenanceSql(database.dialect);
    this.changes = new MessageChanges(database, account);
    this.due = new DueList(database, account);
    const attempts = new AttemptList(database, account);
    const traces = new MessageTraces(database, account);
    this.attempts = new AttemptSweep(database, account, events, attempts, this.changes, traces);
    const { reportDeadlineMs } = options;
    const lists = { due: this.due, attempts };
    this.clock = new ClockSetBack(database, account, events, this.changes, lists, this.sql, traces, reportDeadlineMs);
  }

  /** Stalled attempts become UNCONFIRMED: their process died, or could not record the outcome. Never back to the queue. */
  recoverStalledAttempts(goOn?: () => boolean): Promise<number> {
    return this.attempts.run(this.sql.recover, ABANDONED, goOn);
  }

  /** Messages past their `expiresAt`, or on hold for more than an hour, become EXPIRED. */
  async expire(goOn: () => boolean = ALWAYS): Promise<number> {
    const queued = await this.inPortions(goOn, () => this.expireQueued());
    return queued + (await this.inPortions(goOn, () => this.expireHeld()));
  }

  /** Accepted messages whose report is overdue become UNKNOWN. */
  endOverdueReportWaits(goOn?: () => boolean): Promise<number> {
    return this.attempts.run(this.sql.endReportWaits, null, goOn);
  }

  /** Makes messages ready that a database clock set back has delayed; `null`: it was not, or that has been dealt with. */
  recoverFromClockSetBack(goOn?: () => boolean): Promise<number | null> {
    return this.clock.recover(goOn);
  }

  private async expireQueued(): Promise<Portion> {
    if (!(await this.due.hasExpired())) return { found: 0, changed: 0 };
    return this.events.transaction(async (session) => {
      const ids = await this.due.takeExpired(session);
      const where = [this.account];
      const changed = await this.changes.make(this.sql.expire, { rows: idRows(ids), where }, session);
      // What has not expired after all; the list would forget it.
      if (changed < ids.length) await this.due.addQueued(ids, session);
      return { found: ids.length, changed };
    });
  }

  private async expireHeld(): Promise<Portion> {
    const where = [this.account, this.options.holdMs];
    const found = await this.database.rows(this.sql.findHeld, [...where, HELD_AT_A_TIME]);
    const rows = idRows(found.map((row) => String(row.custom_ims_id)));
    const changed = await this.events.step((session) =>
      this.changes.make(this.sql.expireHeld, { rows, where }, session),
    );
    // None changed: another instance has changed them, or is about to.
    return { found: changed === 0 ? 0 : found.length, changed };
  }

  private async inPortions(goOn: () => boolean, portion: () => Promise<Portion>): Promise<number> {
    for (let total = 0; ;) {
      const { found, changed } = await portion();
      total += changed;
      if (found === 0 || !goOn()) return total;
    }
  }
}

interface Portion {
  found: number;
  changed: number;
}
