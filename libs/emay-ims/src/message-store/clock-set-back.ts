import type { ImsDatabase } from '../database/ims-database.js';
import type { EventTransactions } from '../events/event-transactions.js';
import type { AttemptList } from './attempt-list.js';
import type { DueList } from './due-list.js';
import type { MessageChanges } from './message-changes.js';
import { ABANDONED, SET_BACK_MS, type maintenanceSql } from './message-maintenance-sql.js';
import type { MessageTraces } from './message-trace.js';
import { idRows } from './statement-parts.js';

/** Longer than an attempt in flight is likely to take: its owner records the outcome within this time. */
const ATTEMPTS_END_MS = 120_000;

/**
 * Recovery after the database's clock was set back: earlier messages are then in the future, and would wait until the clock gets there
 * again.
 *
 * - Detected by a message created later than now, or by the time that this process read last.
 */
export class ClockSetBack {
  private lastReading: { database: number; process: number } | null = null;
  private noticedAt: number | null = null;

  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
    private readonly events: EventTransactions,
    private readonly changes: MessageChanges,
    private readonly lists: { due: DueList; attempts: AttemptList },
    private readonly sql: ReturnType<typeof maintenanceSql>,
    private readonly traces: MessageTraces,
  ) {}

  /** Resolves to how many messages changed; `null`: the clock was not set back. */
  async recover(): Promise<number | null> {
    if (!(await this.isSetBack())) return null;
    this.noticedAt ??= performance.now();
    const queued = await this.makeQueuedReady();
    if (performance.now() - this.noticedAt < ATTEMPTS_END_MS) return queued;
    return queued + (await this.endFutureAttempts());
  }

  private async makeQueuedReady(): Promise<number> {
    let total = 0;
    for await (const ids of this.lists.due.inFuture(SET_BACK_MS)) {
      total += await this.events.transaction(async (session) => {
        const changed = await this.changes.make(this.sql.makeQueuedReady, this.of(ids), session);
        if (changed > 0) await this.lists.due.addQueued(ids, session);
        return changed;
      });
    }
    return total;
  }

  private async endFutureAttempts(): Promise<number> {
    let total = 0;
    for await (const portion of this.lists.attempts.all(this.database)) {
      const ids = portion.flatMap(({ customImsIds }) => customImsIds);
      total += await this.events.transaction(async (session) => {
        const changed = await this.changes.make(this.sql.endFutureAttempts, this.of(ids), session);
        if (changed === 0) return 0;
        for (const attempt of portion) await this.lists.attempts.lookAtNow(attempt, session);
        await this.traces.unconfirmedWith(ABANDONED, ids, session);
        return changed;
      });
    }
    return total;
  }

  private of(ids: readonly string[]) {
    return { rows: idRows(ids), where: [this.account] };
  }

  private async isSetBack(): Promise<boolean> {
    const { lastReading: lastLook } = this;
    // Measured between the two readings, so a slow answer does not look like a clock set back.
    const passed = lastLook === null ? 0 : performance.now() - lastLook.process;
    const [row] = await this.database.rows(this.sql.newest, [this.account]);
    const now = Number(row?.now);
    const expected = lastLook === null ? now : lastLook.database + passed;
    this.lastReading = { database: now, process: performance.now() };
    const isNewestAhead = row?.newest !== null && Number(row?.newest) > now + SET_BACK_MS;
    if (!isNewestAhead && expected <= now + SET_BACK_MS) {
      // Stays detected until the attempts of that time have ended.
      if (this.noticedAt === null || performance.now() - this.noticedAt > 2 * ATTEMPTS_END_MS) {
        this.noticedAt = null;
        return false;
      }
    }
    return true;
  }
}
