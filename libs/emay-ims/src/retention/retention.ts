import { setTimeout as pause } from 'node:timers/promises';
import type { LeaseStore } from '../database/lease-store.js';
import { GuardedLogger } from '../diagnostics/index.js';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import { MAX_RETENTION_DAYS } from '../options/limits.js';
import type { RetentionStore } from './retention-store.js';

/** What a purge deleted. */
export interface ImsPurgeResult {
  /** Messages: DELIVERED, UNDELIVERABLE, REJECTED, CANCELLED, EXPIRED. */
  messages: number;
  /** Applied report batches. */
  reportPages: number;
  /** Reports that no message ever answered to. */
  orphanedReports: number;
  /** Events that their durable handler had been given up with. */
  failedEvents: number;
}

/** Rows in one statement: little enough that nobody waits long for its locks. */
const ROWS_PER_STEP = 1_000;
const LEASE_MS = 60_000;
const DAY_MS = 86_400_000;
/** More is no time zone and no drift. */
const MOST_AHEAD_MS = DAY_MS;

/**
 * Deletes what is over and old, so that the tables need not grow for ever.
 *
 * - Never deleted: what is queued, on its way, UNCONFIRMED or UNKNOWN, possible losses, unreadable pages and quarantined reports that nobody
 *   has acknowledged, decisions of people, the audit, and events that wait for their handler.
 * - In steps of their own transactions, with a rest as long as the step between two: traffic goes on meanwhile.
 * - With its message an id is forgotten: used again it would be a new message, and a very late report of the first would
 *   count for it. Ids are never to be used again.
 */
export class Retention {
  private readonly logger: GuardedLogger;
  private readonly leaseName: string;
  private stopped = false;

  constructor(
    private readonly leases: LeaseStore,
    private readonly store: RetentionStore,
    private readonly account: string,
  ) {
    this.logger = GuardedLogger.of(account);
    this.leaseName = `${account}:retention`;
  }

  /** One instance at a time does the scheduled purge. */
  async purgeOnSchedule(days: number): Promise<void> {
    const holdsLease = () => this.leases.acquire(this.leaseName, LEASE_MS);
    if (!(await holdsLease()) || (await this.isClockAhead())) return;
    const { messages, reportPages, orphanedReports, failedEvents } = await this.purge(days, holdsLease);
    if (messages + reportPages + orphanedReports + failedEvents === 0) return;
    this.logger.log(
      `Deleted what was older than retention.days (${days}): messages ${messages}, report batches ${reportPages}, ` +
        `unmatched reports ${orphanedReports}, dead-lettered events ${failedEvents}`,
      { account: this.account, messages, reportPages, orphanedReports, failedEvents },
    );
  }

  /** Whether the database's clock is so far ahead that one of the two is wrong: nothing brings back what was deleted too early. */
  private async isClockAhead(): Promise<boolean> {
    const aheadMs = await this.store.aheadMs();
    if (aheadMs <= MOST_AHEAD_MS) return false;
    this.logger.error(
      `Nothing deleted by retention.days: the database's clock is ${Math.round(aheadMs / 3_600_000)} hours ahead of this ` +
        "machine's. Correct the wrong one; the next scheduled purge then runs.",
      { account: this.account, aheadMs },
    );
    return true;
  }

  /**
   * @param goOn asked before each step
   * @throws EmayImsOptionsError for a number of days that is none
   */
  async purge(days: number, goOn: () => Promise<boolean> = async () => true): Promise<ImsPurgeResult> {
    if (!(Number.isFinite(days) && days >= 0 && days <= MAX_RETENTION_DAYS)) {
      throw new EmayImsOptionsError(`purge({ olderThanDays }) takes 0 to ${MAX_RETENTION_DAYS} days, such as 90.`);
    }
    const ageMs = Math.round(days * DAY_MS);
    const inSteps = async (step: (ageMs: number, limit: number) => Promise<number>): Promise<number> => {
      for (let total = 0; ;) {
        if (this.stopped || !(await goOn())) return total;
        const began = performance.now();
        const deleted = await step(ageMs, ROWS_PER_STEP);
        total += deleted;
        if (deleted < ROWS_PER_STEP) return total;
        await pause(performance.now() - began);
      }
    };
    let from = 0;
    const messages = await inSteps(async (age, limit) => {
      const { deleted, reached } = await this.store.deleteMessages(age, limit, from);
      from = reached;
      return deleted;
    });
    await this.purgeTraces(goOn);
    await inSteps((age, limit) => this.store.deleteAcknowledged(age, limit));
    return {
      messages,
      reportPages: await inSteps((age, limit) => this.store.deletePages(age, limit)),
      orphanedReports: await inSteps((age, limit) => this.store.deleteOrphanedReports(age, limit)),
      failedEvents: await inSteps((age, limit) => this.store.deleteFailedEvents(age, limit)),
    };
  }

  /** Traces go with their messages; also with those that somebody deleted past the module. */
  private async purgeTraces(goOn: () => Promise<boolean>): Promise<void> {
    for (let after: string | null = ''; after !== null && !this.stopped && (await goOn());) {
      after = await this.store.deleteTracesOfNone(after, ROWS_PER_STEP);
    }
  }

  /** Ends a purge after the step that is under way. */
  stop(): void {
    this.stopped = true;
  }

  async release(): Promise<void> {
    await this.leases.release(this.leaseName);
  }
}
