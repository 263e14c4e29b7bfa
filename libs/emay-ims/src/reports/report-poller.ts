import { setTimeout as pause } from 'node:timers/promises';
import type { EmayImsClient } from '../client/index.js';
import { GuardedLogger } from '../diagnostics/index.js';
import type { AccountCircuit } from '../engine/account-circuit.js';
import { failpoint } from '../failpoints/failpoint.js';
import type { LeaseStore } from '../database/lease-store.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { classifyAnswerCode, printableCode } from '../protocol/index.js';
import type { PageKeeper } from './page-keeper.js';
import type { ReportInbox, StoredPage } from './report-inbox.js';
import type { IngestedPage, ReportIngestor } from './report-ingestor.js';

/** What a pull brought, summed over its pages. */
export interface ReportPullResult {
  /** Answers received, the last and empty one included. */
  pages: number;
  /** Reports in them. */
  reports: number;
  /** Messages whose state moved. */
  applied: number;
  /** Reports that no message answers to; kept. */
  orphaned: number;
  /** Reports that could not be read; kept. */
  quarantined: number;
  /** Reports that contradict a final state; the higher rank stands. */
  conflicts: number;
  /**
   * Why the pull ended early: the gateway's or the network's code; `LEASE_HELD` while another instance pulls;
   * `SHUTTING_DOWN` where the application closes: what has not been asked for stays at the gateway.
   */
  stoppedBy: string | null;
}

/** What a pull may take beyond the request itself before it counts as abandoned: storing the answer. */
const STORING_MS = 15_000;
/** How much longer than one pull the lease is taken for, so that pages in quick succession share one renewal. */
const LEASE_RESERVE_MS = 5_000;
/** An empty answer in the gateway's own spelling: nothing to store. Anything else is stored before it is read. */
const EMPTY_ANSWER = /^\s*\{\s*"code"\s*:\s*"SUCCESS"\s*(,\s*"data"\s*:\s*(\[\s*\]|null|"")\s*)?\}\s*$/;
const REPLAYED_AT_A_TIME = 10;
const LEASE_HELD = 'LEASE_HELD';
const SHUTTING_DOWN = 'SHUTTING_DOWN';
const OVER_SPEED = 'ERROR_OVER_SPEED';
/** The gateway counts calls by the second. */
const OVER_SPEED_PAUSE_MS = 1_000;

/**
 * Pulls delivery reports and has them applied. The gateway forgets what it hands out, so in this order:
 *
 * - take the lease of the account, so that one instance pulls;
 * - record the intent: no pull while the database cannot store what comes;
 * - pull, and store the raw body before anybody reads it;
 * - apply it; a full page means there may be more, so pull again at once.
 */
export class ReportPoller {
  /** When a pull of this instance last got to the end of the gateway's queue; `null`: none has yet. */
  lastGoodPullAt: Date | null = null;
  private readonly logger: GuardedLogger;
  private readonly leaseName: string;
  private running: Promise<ReportPullResult> | null = null;
  private stopped = false;

  constructor(
    private readonly client: EmayImsClient,
    private readonly leases: LeaseStore,
    private readonly inbox: ReportInbox,
    private readonly keeper: PageKeeper,
    private readonly ingestor: ReportIngestor,
    private readonly circuit: AccountCircuit,
    private readonly options: ResolvedEmayImsOptions,
  ) {
    this.logger = GuardedLogger.of(options.name);
    this.leaseName = `${options.name}:reports`;
  }

  /** A scheduled pull: left out while the gateway refuses or cannot be reached, with growing pauses. */
  async pullOnSchedule(): Promise<void> {
    const passage = this.circuit.enter();
    if (passage === 'none') return;
    try {
      const { stoppedBy } = await this.pull();
      if (stoppedBy === null) this.circuit.succeeded();
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
    this.stopped = true;
    this.keeper.hurry();
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
    const total: ReportPullResult = {
      pages: 0,
      reports: 0,
      applied: 0,
      orphaned: 0,
      quarantined: 0,
      conflicts: 0,
      stoppedBy: null,
    };
    const lastsMs = this.options.http.timeoutMs + STORING_MS;
    try {
      let wanted = limit;
      for (let heldUntil = -Infinity; wanted > 0;) {
        if (this.stopped) return { ...total, stoppedBy: SHUTTING_DOWN };
        // Renewed in time for the next page, not for each: a page may take a millisecond or a request's whole deadline.
        if (performance.now() > heldUntil - lastsMs) {
          heldUntil = performance.now() + lastsMs + LEASE_RESERVE_MS;
          const isHeld = await this.leases.acquire(this.leaseName, lastsMs + LEASE_RESERVE_MS);
          if (!isHeld) return { ...total, stoppedBy: LEASE_HELD };
          await this.replay(total);
          if (this.stopped) continue;
        }
        const number = Math.min(wanted, this.options.reports.pageSize);
        const page = await this.pullPage(lastsMs, number);
        if (typeof page === 'string') return { ...total, stoppedBy: page };
        total.pages++;
        add(total, page);
        if (page.problem === OVER_SPEED) {
          await pause(OVER_SPEED_PAUSE_MS);
          continue;
        }
        if (page.problem !== null) return { ...total, stoppedBy: page.problem };
        if (page.reports < number) {
          this.lastGoodPullAt = new Date();
          break;
        }
        wanted -= page.reports;
      }
      return total;
    } finally {
      if (total.reports > 0) this.log(total);
    }
  }

  /** Pages that were spooled, or stored but not applied, before a crash. */
  private async replay(total: ReportPullResult): Promise<void> {
    await this.keeper.unspool();
    for (const page of await this.inbox.pending(REPLAYED_AT_A_TIME)) {
      if (this.stopped) return;
      add(total, await this.ingestor.ingest(page));
    }
  }

  /** One page, or why there is none. */
  private async pullPage(lastsMs: number, number: number): Promise<IngestedPage | string> {
    const id = await this.inbox.open(lastsMs);
    await failpoint('before-pull');
    const end = await this.client.getImsReport(number);
    await failpoint('after-pull');
    switch (end.kind) {
      case 'unsent':
        await this.inbox.discard(id);
        this.logger.warn(`Delivery reports could not be asked for: ${end.reason}.`, {
          account: this.options.name,
          call: 'getIMSReport',
          outcome: end.kind,
          code: end.reason,
        });
        return end.reason;
      case 'unconfirmed':
        await this.inbox.recordPossibleLoss(id, end.rawAnswer);
        this.logger.error(
          `A page of delivery reports may be lost: the answer ended with ${end.reason}. Recorded as pull ${id}.`,
          { account: this.options.name, call: 'getIMSReport', outcome: end.kind, code: end.reason, pull: id },
        );
        return end.reason;
      case 'answered':
        if (EMPTY_ANSWER.test(end.body)) {
          await this.inbox.discard(id);
          return { reports: 0, applied: 0, orphaned: 0, quarantined: 0, conflicts: 0, problem: null };
        }
        return this.storeAndApply(this.inbox.page(id, end.body));
    }
  }

  private async storeAndApply(stored: StoredPage): Promise<IngestedPage | string> {
    if (!(await this.keeper.keep(stored))) return 'SPOOLED';
    await failpoint('after-store-page');
    const page = await this.ingestor.ingest(stored);
    if (page.problem === null) return page;
    const code = printableCode(page.problem);
    const fields = { account: this.options.name, call: 'getIMSReport', code, pull: stored.id };
    if (page.problem !== 'UNREADABLE' && classifyAnswerCode(page.problem) !== 'unlisted') {
      // A listed code: the gateway handed nothing out.
      await this.inbox.discard(stored.id);
      this.logger.warn(`The gateway refused to hand out delivery reports: ${code}.`, fields);
    } else {
      this.logger.error(
        `A page of delivery reports could not be read (${code}); it is kept as pull ${stored.id}.`,
        fields,
      );
    }
    return page;
  }

  private log({ reports, applied, orphaned, quarantined, conflicts }: ReportPullResult): void {
    const message = `Delivery reports: ${reports}, of which ${applied} moved a message`;
    const fields = { account: this.options.name, reports, applied, orphaned, quarantined, conflicts };
    if (orphaned + quarantined + conflicts === 0) return this.logger.debug(message, fields);
    this.logger.warn(`${message}; orphaned ${orphaned}, quarantined ${quarantined}, conflicting ${conflicts}`, fields);
  }
}

function add(total: ReportPullResult, page: IngestedPage): void {
  for (const key of ['reports', 'applied', 'orphaned', 'quarantined', 'conflicts'] as const) total[key] += page[key];
}
