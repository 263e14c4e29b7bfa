import { GuardedLogger } from '../diagnostics/index.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import type { Submitter } from '../sending/submitter.js';
import type { AccountJobs } from './account-jobs.js';
import type { ClaimInDatabase } from './claim-in-database.js';
import type { AccountWork } from './emay-ims.account.js';

/** What a shutdown waits for beyond a request's own deadline: storing its outcome, which is hurried then. */
const STORING_MS = 15_000;
/** How long `close` waits for a source to end. What is stored of it by then is stored. */
const STREAM_MS = 10_000;
/** How long a shutdown waits for the leases to be given back. They end by themselves. */
const RELEASING_MS = 5_000;

/** How an open account ends: waits for what is under way, for a time. */
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

  /** Claims and pulls nothing more, finishes what is under way, gives the leases back. Calls are still served. */
  async stop(): Promise<void> {
    this.submitter.hurry();
    void this.work.during('ending', () => this.jobs.stop());
    const ends = (['ending', 'call'] as const).map((kind) => this.haveEnded(kind, this.longestCallMs));
    // Whoever has not ended may still need a lease, which ends by itself.
    if (!(await Promise.all(ends)).every(Boolean)) return;
    void this.work.during('ending', () => this.jobs.releaseLeases());
    await this.haveEnded('ending', RELEASING_MS);
  }

  /** The end, after the host has stopped to answer requests: what comes now is refused. */
  async close(): Promise<void> {
    this.work.refuse('stream');
    // Their chunks are calls.
    await this.haveEnded('stream', STREAM_MS);
    this.work.refuse('call');
    await this.haveEnded('call', this.longestCallMs);
    void this.work.during('ending', () => this.claim.release().catch(() => undefined)); // It ends by itself.
    await this.haveEnded('ending', RELEASING_MS);
  }

  /** A canary and one request, each to its deadline, and storing what came of it. */
  private get longestCallMs(): number {
    return 2 * this.options.http.timeoutMs + STORING_MS;
  }

  private async haveEnded(kind: Parameters<AccountWork['ended']>[0], withinMs: number): Promise<boolean> {
    const left = await this.work.ended(kind, withinMs);
    if (left === 0) return true;
    this.logger.warn(`Shutting down without waiting any longer: what is under way (${left}) has not ended in time.`, {
      account: this.options.name,
      underWay: left,
      waitedMs: withinMs,
    });
    return false;
  }
}
