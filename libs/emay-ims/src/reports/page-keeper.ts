import { setTimeout as pause } from 'node:timers/promises';
import { GuardedLogger } from '../diagnostics/index.js';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import { failpoint } from '../failpoints/failpoint.js';
import type { ReportInbox, StoredPage } from './report-inbox.js';
import type { ReportSpool } from './report-spool.js';

/** How long both database and disk may refuse a page before it is given up. */
const KEEPING_MS = 60_000;
/** The same while the process is being shut down. */
const HURRIED_MS = 3_000;

/**
 * Puts a page that exists nowhere else into safety: into the database, or, where that is away, into a spool file.
 * Where neither takes it, it is tried again for a while; only then is it lost, and stands recorded as a possible loss.
 */
export class PageKeeper {
  private readonly logger: GuardedLogger;
  private isHurried = false;

  constructor(
    private readonly inbox: ReportInbox,
    private readonly spool: ReportSpool,
    private readonly account: string,
  ) {
    this.logger = GuardedLogger.of(account);
  }

  /** Resolves to whether the page is in the database; `false`: it is in a spool file. */
  async keep(page: StoredPage): Promise<boolean> {
    const began = performance.now();
    for (let wait = 100; ; wait = Math.min(wait * 2, 5_000)) {
      const storeError = await this.attempt(() => this.store(page));
      if (storeError === null) return true;
      const spoolError = await this.attempt(() => this.spool.write(page));
      if (spoolError === null) {
        this.logger.warn(
          `The database is away: a page of delivery reports is kept in a spool file (pull ${page.id}).`,
          {
            account: this.account,
            pull: page.id,
            code: storeError.driverCode,
          },
        );
        await failpoint('after-spool');
        return false;
      }
      if (performance.now() - began > (this.isHurried ? HURRIED_MS : KEEPING_MS)) {
        this.logger.error(`Neither database nor disk took a page of delivery reports: pull ${page.id} is lost.`, {
          account: this.account,
          pull: page.id,
          code: storeError.driverCode,
        });
        throw storeError;
      }
      await pause(wait);
    }
  }

  /** Brings spooled pages into the database. */
  async unspool(): Promise<void> {
    for (const page of await this.spool.read()) {
      if (this.isHurried) return; // The rest is safe where it is.
      await this.inbox.restore(page);
      await failpoint('before-unspool');
      await this.spool.remove(page.id);
      this.logger.warn(`A spooled page of delivery reports is in the database now (pull ${page.id}).`, {
        account: this.account,
        pull: page.id,
      });
    }
  }

  /** The process is being shut down. */
  hurry(): void {
    this.isHurried = true;
  }

  private async store({ id, body }: StoredPage): Promise<void> {
    await failpoint('store-page');
    await this.inbox.store(id, body);
  }

  private async attempt(work: () => Promise<void>): Promise<EmayImsStoreError | null> {
    try {
      await work();
      return null;
    } catch (error) {
      // Of a disk's error only the code is told: its message names paths.
      return error instanceof EmayImsStoreError ? error : new EmayImsStoreError(codeOf(error));
    }
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'UNKNOWN';
}
