import { GuardedLogger } from '../diagnostics/index.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import type { Submitter } from '../sending/submitter.js';
import type { AccountJobs } from './account-jobs.js';
import type { ClaimInDatabase } from './claim-in-database.js';
import type { AccountWork } from './emay-ims.account.js';

/** Time to record an outcome during a shutdown, after the request timeout. */
const STORING_MS = 15_000;
/** How long `close` waits for the source of an `enqueueStream`. Chunks stored by then stay stored. */
const STREAM_MS = 10_000;
/** How long a shutdown waits for the release of the leases. They also expire. */
const RELEASING_MS = 5_000;

/** Shutdown of an open account: waits a limited time for work in flight. */
export class AccountShutdown {
  private readonly logger: GuardedLogger;

  constructor(
    private readonly options: ResolvedEmayImsOptions,
    private readonly work: AccountWork,
    private readonly jobs: AccountJobs,
    private readonly submitter: Submitter,
    private readonly claim: ClaimInDatabase,
  ) {
    this.logger = GuardedLogger.of(options.name);
  }

  /** Stops claiming and polling, finishes work in flight, releases the leases. Calls are still served. */
  async stop(): Promise<void> {
    this.submitter.beginShutdown();
    void this.work.during('ending', () => this.jobs.stop());
    const ends = (['ending', 'call'] as const).map((kind) => this.haveEnded(kind, this.longestCallMs));
    // Unfinished work may still need a lease; leases also expire.
    if (!(await Promise.all(ends)).every(Boolean)) return;
    void this.work.during('ending', () => this.jobs.releaseLeases());
    await this.haveEnded('ending', RELEASING_MS);
  }

  /** The end, after the application has stopped serving requests: refuses calls from now on. */
  async close(): Promise<void> {
    this.work.refuse('stream');
    // Their chunks are calls.
    await this.haveEnded('stream', STREAM_MS);
    this.work.refuse('call');
    await this.haveEnded('call', this.longestCallMs);
    void this.work.during('ending', () => this.claim.release().catch(() => undefined)); // It also expires.
    await this.haveEnded('ending', RELEASING_MS);
  }

  /** A canary and one request, each to its timeout, and recording the outcome. */
  private get longestCallMs(): number {
    return 2 * this.options.http.timeoutMs + STORING_MS;
  }

  private async haveEnded(kind: Parameters<AccountWork['ended']>[0], withinMs: number): Promise<boolean> {
    const left = await this.work.ended(kind, withinMs);
    if (left === 0) return true;
    this.logger.warn(`Shutdown continues without waiting: ${left} still in flight after ${withinMs} ms.`, {
      account: this.options.name,
      underWay: left,
      waitedMs: withinMs,
    });
    return false;
  }
}
