import { setTimeout as pause } from 'node:timers/promises';
import { GuardedLogger } from '../diagnostics/index.js';
import type { LeaseStore } from '../database/lease-store.js';
import type { AccountCircuit } from '../engine/account-circuit.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { classifyAnswerCode } from '../protocol/index.js';
import type { PagePuller } from './page-puller.js';
import type { ReportInbox } from './report-inbox.js';
import { NOTHING_COUNTED, type ReportCounts, type ReportIngestor } from './report-ingestor.js';

/** The result of a poll, summed over its report batches. */
export interface ReportPullResult extends ReportCounts {
  /** Answers received, the last and empty one included. */
  pages: number;
  /**
   * Why the pull ended early: the gateway's or the network's code; `NOT_APPLIED` where several pages could not be applied; `SPOOLED` while
   * the database is away; `LEASE_HELD` while another instance pulls; `SHUTTING_DOWN` where the application closes: what has not been asked
   * for stays at the gateway. `CUT_SHORT`, `UNREADABLE` or `UNDECIPHERABLE` (not of the account's key): the first page with a problem had
   * that one; it ended the pull only where several brought nothing. `REPEATED_PAGE`: the gateway has handed out the same page three times.
   */
  stoppedBy: string | null;
}

/** Time to store the answer, beyond the request timeout. After it, the poll counts as stalled. */
const STORING_MS = 15_000;
/** How much longer than one poll the lease lasts, so that polls in quick succession share one renewal. */
const LEASE_RESERVE_MS = 5_000;
const LEASE_HELD = 'LEASE_HELD';
/** Batches are stored, but could not be applied. */
const NOT_APPLIED = 'NOT_APPLIED';
const SPOOLED = 'SPOOLED';
const SHUTTING_DOWN = 'SHUTTING_DOWN';
const OVER_SPEED = 'ERROR_OVER_SPEED';
/** The gateway limits calls per second. If these waits do not help, another system is calling. */
const OVER_SPEED_PAUSES_MS = [1_000, 2_000];
/** Batches that fail to apply, or hold nothing readable, before polling pauses. */
const MAX_FAILED_PAGES = 3;
/** So long after a push, more are expected. */
const PUSHES_COUNT_FOR_MS = 120_000;
/** Pause between polls meanwhile. */
const POLL_BESIDE_PUSHES_EVERY_MS = 60_000;

/**
 * Polls for delivery reports and has them applied. A poll is a destructive read, so in this order:
 *
 * - take the lease of the account, so that one instance polls;
 * - record the intent: no poll while the database cannot store the answer;
 * - poll, and store the raw bytes before they are parsed;
 * - apply them; a full batch means that more may wait, so poll again at once.
 */
export class ReportPoller {
  /** When this instance last emptied the gateway's queue; `null`: not yet. */
  lastGoodPullAt: Date | null = null;
  private readonly leaseName: string;
  private readonly logger: GuardedLogger;
  private heldUntil = -Infinity;
  private running: { result: Promise<ReportPullResult>; isPolling: boolean } | null = null;
  /** When this instance last polled, by `performance.now()`. */
  private polledAt = -Infinity;
  private readonly stopping = new AbortController();

  constructor(
    private readonly puller: PagePuller,
    private readonly inbox: ReportInbox,
    private readonly ingestor: ReportIngestor,
    private readonly leases: LeaseStore,
    private readonly circuit: AccountCircuit,
    private readonly options: ResolvedEmayImsOptions,
  ) {
    this.logger = GuardedLogger.of(options.name);
    this.leaseName = `${options.name}:reports`;
  }

  /** When the gateway last pushed reports to any instance; `null`: never, or their batches are deleted. */
  async lastPushAt(): Promise<Date | null> {
    return (await this.inbox.lastPush())?.at ?? null;
  }

  /** Why reports are blocked; `null`: they are not. */
  get blockedFor(): string | null {
    return this.puller.blockedFor;
  }

  /** Batches set aside, as of the last poll. */
  get setAsidePages(): number {
    return this.inbox.setAsidePages;
  }

  /** A scheduled poll; skipped while the circuit is open. What has been pushed is looked after all the same. */
  async pullOnSchedule(): Promise<void> {
    const { source } = this.options.reports;
    const passage = this.circuit.enter();
    if (passage === 'none') {
      if (source !== 'pull') await this.run(Infinity, false, async () => false);
      return;
    }
    try {
      const { lastGoodPullAt, polledAt } = this;
      const { stoppedBy } = await this.run(Infinity, source === 'pull', () => this.isPollDue());
      // Without a poll there is no news of the gateway.
      if (source !== 'pull' && this.polledAt === polledAt) return;
      const hasAnswered = stoppedBy === null || stoppedBy === NOT_APPLIED || stoppedBy === SPOOLED;
      if (hasAnswered || this.lastGoodPullAt !== lastGoodPullAt) this.circuit.succeeded();
      else if (stoppedBy !== LEASE_HELD && stoppedBy !== SHUTTING_DOWN)
        this.circuit.failed(stoppedBy, classifyAnswerCode(stoppedBy) === 'configuration');
    } finally {
      if (passage === 'probe') this.circuit.leave();
    }
  }

  /**
   * Empties the gateway's queue. A call during a poll gets that poll's result: polls of one instance never overlap.
   *
   * @param limit most reports to fetch; default: all
   */
  async pull(limit = Infinity): Promise<ReportPullResult> {
    // One on schedule may only look after the batches that have been pushed.
    while (this.running && !this.running.isPolling) await this.running.result.catch(() => undefined);
    return this.run(limit, true, async () => true);
  }

  /** Ends polling after the request in flight. */
  stop(): void {
    this.stopping.abort();
    this.inbox.beginShutdown();
  }

  /** Which instance holds the lease to poll; `null`: none. */
  leaseHolder(): Promise<{ isOurs: boolean; until: Date } | null> {
    return this.leases.currentHolder(this.leaseName);
  }

  /** Lets another instance poll at once. */
  async release(): Promise<void> {
    await this.leases.release(this.leaseName);
  }

  private run(limit: number, isPolling: boolean, isPollDue: () => Promise<boolean>): Promise<ReportPullResult> {
    if (this.running) return this.running.result;
    const result = this.drain(limit, async () => {
      const isDue = await isPollDue();
      if (this.running) this.running.isPolling = isDue;
      return isDue;
    }).finally(() => (this.running = null));
    this.running = { result, isPolling };
    return result;
  }

  /**
   * While pushes come, a poll finds little: it is made less often. What counts is the last push to
   * any instance; polls of several never add up, as one holds the lease.
   */
  private async isPollDue(): Promise<boolean> {
    const { source } = this.options.reports;
    if (source !== 'both') return source === 'pull';
    const push = await this.inbox.lastPush();
    // One that lies ahead: the database's clock was set back.
    const isPushing = push !== null && Math.abs(push.agoMs) < PUSHES_COUNT_FOR_MS;
    return !isPushing || performance.now() >= this.polledAt + POLL_BESIDE_PUSHES_EVERY_MS;
  }

  private async drain(limit: number, isPollDue: () => Promise<boolean>): Promise<ReportPullResult> {
    const total: ReportPullResult = { pages: 0, ...NOTHING_COUNTED, stoppedBy: null };
    this.heldUntil = -Infinity;
    try {
      if (this.isStopped) return { ...total, stoppedBy: SHUTTING_DOWN };
      if (!(await this.hold())) {
        // Each instance has spool files of its own: pushes come to all of them.
        await this.inbox.unspool();
        return { ...total, stoppedBy: LEASE_HELD };
      }
      for await (const page of this.ingestor.replay(() => this.mayGoOn())) add(total, page);
      if (!(await isPollDue())) return total;
      const stoppedBy = await this.pullPages(limit, total);
      return { ...total, stoppedBy };
    } finally {
      if (total.reports > 0) this.log(total);
    }
  }

  /** Resolves to why it ended early; `null`: it did not. */
  private async pullPages(limit: number, total: ReportPullResult): Promise<string | null> {
    let tooFast = 0;
    let failed = 0;
    let problem: string | null = null;
    this.polledAt = performance.now();
    for (let wanted = limit; wanted > 0;) {
      if (this.isStopped) return SHUTTING_DOWN;
      if (!(await this.hold())) return LEASE_HELD;
      const number = Math.min(wanted, this.options.reports.pageSize);
      const { page, isAnswered, stoppedBy } = await this.puller.pull(number, this.lastsMs);
      if (isAnswered) total.pages++;
      if (page !== null) add(total, page);
      const waitMs = stoppedBy === OVER_SPEED ? OVER_SPEED_PAUSES_MS[tooFast++] : undefined;
      if (waitMs !== undefined) {
        await this.wait(waitMs);
        continue;
      }
      if (stoppedBy !== null) return stoppedBy;
      problem ??= page?.problem ?? null;
      const isFailed = page === null || (page.problem !== null && page.reports === 0);
      if (isFailed && ++failed === MAX_FAILED_PAGES) return page === null ? NOT_APPLIED : problem;
      // A cut or unreadable batch does not show whether more wait.
      if (page !== null && page.problem === null && page.reports < number) {
        this.lastGoodPullAt = new Date();
        return problem;
      }
      wanted -= page?.reports ?? number;
    }
    return problem;
  }

  /** How long one poll may take. */
  private get lastsMs(): number {
    return this.options.http.timeoutMs + STORING_MS;
  }

  private get isStopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async mayGoOn(): Promise<boolean> {
    return !this.isStopped && (await this.hold());
  }

  /** Renewed only when the next poll might outlast it: a poll may take a millisecond, or the whole request timeout. */
  private async hold(): Promise<boolean> {
    if (performance.now() <= this.heldUntil - this.lastsMs) return true;
    const forMs = this.lastsMs + LEASE_RESERVE_MS;
    const until = performance.now() + forMs;
    const isHeld = await this.leases.acquire(this.leaseName, forMs);
    this.heldUntil = isHeld ? until : -Infinity;
    return isHeld;
  }

  private async wait(forMs: number): Promise<void> {
    // Ends early at a shutdown.
    await pause(forMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  private log({ reports, applied, orphaned, quarantined, conflicts }: ReportPullResult): void {
    const message = `Delivery reports received: ${reports}; messages changed: ${applied}`;
    const fields = { account: this.options.name, reports, applied, orphaned, quarantined, conflicts };
    if (orphaned + quarantined + conflicts === 0) return this.logger.debug(message, fields);
    this.logger.warn(
      `${message}; unmatched: ${orphaned}, quarantined: ${quarantined}, conflicting: ${conflicts}`,
      fields,
    );
  }
}

function add(total: ReportCounts, page: ReportCounts): void {
  for (const key of Object.keys(NOTHING_COUNTED) as (keyof ReportCounts)[]) total[key] += page[key];
}
