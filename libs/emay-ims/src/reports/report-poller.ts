import { setTimeout as pause } from 'node:timers/promises';
import { GuardedLogger } from '../diagnostics/index.js';
import type { LeaseStore } from '../database/lease-store.js';
import type { AccountCircuit } from '../engine/account-circuit.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { classifyAnswerCode } from '../protocol/index.js';
import type { PagePuller } from './page-puller.js';
import type { ReportInbox } from './report-inbox.js';
import { NOT_APPLIED, PollSeries, type ReportPullResult } from './poll-series.js';
import { addCounts, type ReportIngestor } from './report-ingestor.js';

/** Time to store the answer, beyond the request timeout. After it, the poll counts as stalled. */
const STORING_MS = 15_000;
/** How much longer than one poll the lease lasts, so that polls in quick succession share one renewal. */
const LEASE_RESERVE_MS = 5_000;
const LEASE_HELD = 'LEASE_HELD';
/** More gain nothing, and each takes a connection. */
const APPLIED_AT_A_TIME = 2;
const SPOOLED = 'SPOOLED';
const SHUTTING_DOWN = 'SHUTTING_DOWN';
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
  /** The same by `performance.now()`. */
  private emptiedAt: number | null = null;
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

  /** For how long it has not done so, in ms, whatever happened to the clock; `null`: not yet. */
  get lastGoodPullForMs(): number | null {
    return this.emptiedAt === null ? null : Math.round(performance.now() - this.emptiedAt);
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
        this.circuit.failed(stoppedBy, this.refusesAccount(stoppedBy));
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

  private refusesAccount(code: string): boolean {
    return classifyAnswerCode(code, this.options.protocol.answerCodes) === 'configuration';
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
    const series = new PollSeries();
    const { result } = series;
    this.heldUntil = -Infinity;
    try {
      if (this.isStopped) return { ...result, stoppedBy: SHUTTING_DOWN };
      if (!(await this.hold())) {
        // Each instance has spool files of its own: pushes come to all of them.
        await this.inbox.unspool();
        return { ...result, stoppedBy: LEASE_HELD };
      }
      for await (const page of this.ingestor.replay(() => this.mayGoOn())) addCounts(result, page);
      if (await isPollDue()) await this.pullPages(limit, series);
      return result;
    } finally {
      if (result.reports > 0) this.log(result);
    }
  }

  /**
   * Each page is stored before the next is asked for. Full ones are applied meanwhile: the gateway, this process and the database need not
   * wait for each other. Any other page is applied by itself, as it may end the series.
   */
  private async pullPages(limit: number, series: PollSeries): Promise<void> {
    const applying: Promise<void>[] = [];
    const untilAtMost = async (pages: number) => {
      while (applying.length > pages) await applying.shift();
    };
    this.polledAt = performance.now();
    try {
      for (let wanted = limit; wanted > 0 && !series.isOver;) {
        const obstacle = await this.obstacle();
        if (obstacle !== null) {
          await untilAtMost(0);
          return series.end(obstacle);
        }
        const number = Math.min(wanted, this.options.reports.pageSize);
        const page = await this.puller.pull(number, this.lastsMs);
        await untilAtMost(page.full === null ? 0 : APPLIED_AT_A_TIME - 1);
        const end = page.apply();
        const applied = end.then((poll) => series.add(poll, page.full !== null || page.mayBeMost ? 0 : number));
        applied.catch(() => undefined); // Awaited after a later poll: until then, nobody would handle it.
        applying.push(applied);
        wanted -= page.full ?? (await end).page?.reports ?? number;
        if (page.full !== null) continue;
        await untilAtMost(0);
        if (series.pauseMs > 0) await this.wait(series.pauseMs);
      }
      await untilAtMost(0);
    } finally {
      await Promise.allSettled(applying);
    }
    if (series.isEmptied) [this.lastGoodPullAt, this.emptiedAt] = [new Date(), performance.now()];
  }

  /** What keeps the next poll from being made; `null`: nothing. */
  private async obstacle(): Promise<string | null> {
    if (this.isStopped) return SHUTTING_DOWN;
    return (await this.hold()) ? null : LEASE_HELD;
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
