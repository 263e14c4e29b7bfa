import { setTimeout as pause } from 'node:timers/promises';
import { GuardedLogger } from '../diagnostics/index.js';
import type { LeaseStore } from '../database/lease-store.js';
import type { AccountCircuit } from '../engine/account-circuit.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { classifyAnswerCode } from '../protocol/index.js';
import type { PagePuller } from './page-puller.js';
import type { ReportInbox } from './report-inbox.js';
import { NOTHING_COUNTED, type ReportCounts, type ReportIngestor } from './report-ingestor.js';

/** What a pull brought, summed over its pages. */
export interface ReportPullResult extends ReportCounts {
  /** Answers received, the last and empty one included. */
  pages: number;
  /**
   * Why the pull ended early: the gateway's or the network's code; `NOT_APPLIED` where several pages could not be applied; `SPOOLED` while
   * the database is away; `LEASE_HELD` while another instance pulls; `SHUTTING_DOWN` where the application closes: what has not been asked
   * for stays at the gateway. `CUT_SHORT` or `UNREADABLE`: the first page with a problem had that one; it ended the pull only where
   * several brought nothing. `REPEATED_PAGE`: the gateway has handed out the same page three times.
   */
  stoppedBy: string | null;
}

/** What a pull may take beyond the request itself before it counts as abandoned: storing the answer. */
const STORING_MS = 15_000;
/** How much longer than one pull the lease is taken for, so that pages in quick succession share one renewal. */
const LEASE_RESERVE_MS = 5_000;
const LEASE_HELD = 'LEASE_HELD';
/** Pages have come, and are kept, but could not be applied. */
const NOT_APPLIED = 'NOT_APPLIED';
const SPOOLED = 'SPOOLED';
const SHUTTING_DOWN = 'SHUTTING_DOWN';
const OVER_SPEED = 'ERROR_OVER_SPEED';
/** The gateway counts calls by the second. Where waiting so often does not help, somebody else is calling. */
const OVER_SPEED_PAUSES_MS = [1_000, 2_000];
/** Pages in one pull that cannot be applied, or bring nothing that can be read: more of them would only pile up. */
const MAX_FAILED_PAGES = 3;

/**
 * Pulls delivery reports and has them applied. The gateway forgets what it hands out, so in this order:
 *
 * - take the lease of the account, so that one instance pulls;
 * - record the intent: no pull while the database cannot store what comes;
 * - pull, and store the raw bytes before anybody reads them;
 * - apply them; a full page means there may be more, so pull again at once.
 */
export class ReportPoller {
  /** When a pull of this instance last got to the end of the gateway's queue; `null`: none has yet. */
  lastGoodPullAt: Date | null = null;
  private readonly leaseName: string;
  private readonly logger: GuardedLogger;
  private heldUntil = -Infinity;
  private running: Promise<ReportPullResult> | null = null;
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

  /** Why the gateway refuses to hand out reports, again and again; `null`: it does not. */
  get blockedFor(): string | null {
    return this.puller.blockedFor;
  }

  /** How many pages could not be applied, as of the last pull. */
  get setAsidePages(): number {
    return this.inbox.setAsidePages;
  }

  /** A scheduled pull: left out while the gateway refuses or cannot be reached, with growing pauses. */
  async pullOnSchedule(): Promise<void> {
    const passage = this.circuit.enter();
    if (passage === 'none') return;
    try {
      const lastGoodPullAt = this.lastGoodPullAt;
      const { stoppedBy } = await this.pull();
      const hasAnswered = stoppedBy === null || stoppedBy === NOT_APPLIED || stoppedBy === SPOOLED;
      if (hasAnswered || this.lastGoodPullAt !== lastGoodPullAt) this.circuit.succeeded();
      else if (stoppedBy !== LEASE_HELD && stoppedBy !== SHUTTING_DOWN)
        this.circuit.failed(stoppedBy, classifyAnswerCode(stoppedBy) === 'configuration');
    } finally {
      if (passage === 'probe') this.circuit.leave();
    }
  }

  /**
   * Drains the gateway's queue. A call during a pull gets that pull's result: pulls of one instance never overlap.
   *
   * @param limit most reports to fetch; default: all that wait
   */
  pull(limit = Infinity): Promise<ReportPullResult> {
    this.running ??= this.drain(limit).finally(() => (this.running = null));
    return this.running;
  }

  /** Ends the drain after the page that is under way. */
  stop(): void {
    this.stopping.abort();
    this.inbox.hurry();
  }

  /** Which instance pulls just now; `null`: none, or not since its lease ran out. */
  leaseHolder(): Promise<{ isOurs: boolean; until: Date } | null> {
    return this.leases.currentHolder(this.leaseName);
  }

  /** Lets another instance go on at once. */
  async release(): Promise<void> {
    await this.leases.release(this.leaseName);
  }

  private async drain(limit: number): Promise<ReportPullResult> {
    const total: ReportPullResult = { pages: 0, ...NOTHING_COUNTED, stoppedBy: null };
    this.heldUntil = -Infinity;
    try {
      if (this.isStopped) return { ...total, stoppedBy: SHUTTING_DOWN };
      if (!(await this.hold())) return { ...total, stoppedBy: LEASE_HELD };
      for await (const page of this.ingestor.replay(() => this.mayGoOn())) add(total, page);
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
      // One that is cut or unreadable does not tell how many wait behind it.
      if (page !== null && page.problem === null && page.reports < number) {
        this.lastGoodPullAt = new Date();
        return problem;
      }
      wanted -= page?.reports ?? number;
    }
    return problem;
  }

  /** How long one pull may take. */
  private get lastsMs(): number {
    return this.options.http.timeoutMs + STORING_MS;
  }

  private get isStopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async mayGoOn(): Promise<boolean> {
    return !this.isStopped && (await this.hold());
  }

  /** Renewed in time for the next page, not for each: a page may take a millisecond or a request's whole deadline. */
  private async hold(): Promise<boolean> {
    if (performance.now() <= this.heldUntil - this.lastsMs) return true;
    const forMs = this.lastsMs + LEASE_RESERVE_MS;
    const until = performance.now() + forMs;
    const isHeld = await this.leases.acquire(this.leaseName, forMs);
    this.heldUntil = isHeld ? until : -Infinity;
    return isHeld;
  }

  private async wait(forMs: number): Promise<void> {
    // Cut short when the process is to end.
    await pause(forMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  private log({ reports, applied, orphaned, quarantined, conflicts }: ReportPullResult): void {
    const message = `Delivery reports: ${reports}, of which ${applied} moved a message`;
    const fields = { account: this.options.name, reports, applied, orphaned, quarantined, conflicts };
    if (orphaned + quarantined + conflicts === 0) return this.logger.debug(message, fields);
    this.logger.warn(`${message}; orphaned ${orphaned}, quarantined ${quarantined}, conflicting ${conflicts}`, fields);
  }
}

function add(total: ReportCounts, page: ReportCounts): void {
  for (const key of Object.keys(NOTHING_COUNTED) as (keyof ReportCounts)[]) total[key] += page[key];
}
