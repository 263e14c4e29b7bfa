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
/** A transaction that was open at the step may store messages long after it: they wait this much longer, at most. */
const LOOK_AGAIN_MS = 600_000;

/** A clock that was set back, and whose traces have not all been removed. */
interface Step {
  /** By `performance.now()`. */
  noticedAt: number;
  isQueueReady: boolean;
}

/** Messages on hold that are changed in one transaction. */
const HELD_AT_A_TIME = 1_000;

const ALWAYS = () => true;

/**
 * Recovery after the database's clock was set back: earlier messages are then in the future, and would wait until the clock gets there
 * again.
 *
 * - What began in the future lasts as long from now on: the time on hold, and the wait for a report.
 * - Detected by a message created later than now, or by the time that this process read last.
 * - What waits is looked through twice for each step: when it is noticed, and once the attempts of that time have ended.
 * - That message may stay ahead for hours, and hide others that are stored later: meanwhile all is looked through every ten minutes.
 */
export class ClockSetBack {
  private lastReading: { database: number; process: number } | null = null;
  /** Creation of the newest message, where it is ahead. */
  private newestAhead: number | null = null;
  private step: Step | null = null;
  /** When all was looked through the last time, by `performance.now()`. */
  private lookedThroughAt = 0;

  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
    private readonly events: EventTransactions,
    private readonly changes: MessageChanges,
    private readonly lists: { due: DueList; attempts: AttemptList },
    private readonly sql: ReturnType<typeof maintenanceSql>,
    private readonly traces: MessageTraces,
    private readonly reportDeadlineMs: number,
  ) {}

  /** Resolves to how many messages changed; `null`: there is nothing to look through. @param goOn asked after each portion */
  async recover(goOn: () => boolean = ALWAYS): Promise<number | null> {
    const now = await this.look();
    const { step } = this;
    if (step === null) return null;
    const haveAttemptsEnded = performance.now() - step.noticedAt >= ATTEMPTS_END_MS;
    if (step.isQueueReady && !haveAttemptsEnded) return null;
    const queued = await this.makeQueuedReady(goOn);
    await this.holdFromNow(goOn);
    const ended = haveAttemptsEnded ? await this.endFutureAttempts(now, goOn) : 0;
    if (goOn()) {
      step.isQueueReady = true;
      if (haveAttemptsEnded) {
        this.step = null;
        this.lookedThroughAt = performance.now();
      }
    }
    return queued + ended;
  }

  private async makeQueuedReady(goOn: () => boolean): Promise<number> {
    let total = 0;
    for await (const ids of this.lists.due.inFuture(SET_BACK_MS)) {
      total += await this.events.transaction(async (session) => {
        const changed = await this.changes.make(this.sql.makeQueuedReady, this.of(ids), session);
        if (changed > 0) await this.lists.due.addQueued(ids, session);
        return changed;
      });
      if (!goOn()) break;
    }
    return total;
  }

  private async holdFromNow(goOn: () => boolean): Promise<void> {
    let changed: number;
    do {
      const found = await this.database.rows(this.sql.findHeldInFuture, [this.account, HELD_AT_A_TIME]);
      if (found.length === 0) return;
      const { sql, parameters } = this.sql.holdFromNow.make(this.of(found.map((row) => String(row.custom_ims_id))));
      changed = await this.database.transaction((session) => session.run(sql, parameters));
    } while (changed > 0 && goOn());
  }

  /** Also has those attempts looked at in time whose messages wait for a report. @param now by the database's clock */
  private async endFutureAttempts(now: number, goOn: () => boolean): Promise<number> {
    const { reportDeadlineMs } = this;
    let total = 0;
    for await (const portion of this.lists.attempts.all(this.database)) {
      const ids = portion.flatMap(({ customImsIds }) => customImsIds);
      total += await this.events.transaction(async (session) => {
        const changed = await this.changes.make(this.sql.endFutureAttempts, this.of(ids), session);
        const { sql, parameters } = this.sql.shortenReportWaits.make({
          ...{ set: [reportDeadlineMs], rows: idRows(ids) },
          where: [this.account, reportDeadlineMs],
        });
        await session.run(sql, parameters);
        for (const attempt of portion) {
          if (changed > 0 || attempt.dueAt > now + reportDeadlineMs)
            await this.lists.attempts.lookAtNow(attempt, session);
        }
        if (changed > 0) await this.traces.unconfirmedWith(ABANDONED, ids, session);
        return changed;
      });
      if (!goOn()) break;
    }
    return total;
  }

  private of(ids: readonly string[]) {
    return { rows: idRows(ids), where: [this.account] };
  }

  /**
   * Notices a step: time that has gone back, or a newest message ahead that was not there at the look before.
   *
   * @returns the database's time
   */
  private async look(): Promise<number> {
    const { lastReading: lastLook, newestAhead } = this;
    // Measured between the two readings, so a slow answer does not look like a clock set back.
    const passed = lastLook === null ? 0 : performance.now() - lastLook.process;
    const [row] = await this.database.rows(this.sql.newest, [this.account]);
    const now = Number(row?.now);
    const expected = lastLook === null ? now : lastLook.database + passed;
    this.lastReading = { database: now, process: performance.now() };
    const newest = Number(row?.newest ?? 0);
    this.newestAhead = newest > now + SET_BACK_MS ? newest : null;
    const isNews = this.newestAhead !== null && this.newestAhead !== newestAhead;
    if (isNews || expected > now + SET_BACK_MS) {
      this.step = { noticedAt: this.step?.noticedAt ?? performance.now(), isQueueReady: false };
    } else if (this.newestAhead !== null && performance.now() - this.lookedThroughAt >= LOOK_AGAIN_MS) {
      // Once, now: the attempts of that time have ended.
      this.step ??= { noticedAt: -Infinity, isQueueReady: false };
    }
    return now;
  }
}
