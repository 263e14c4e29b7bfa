import { setTimeout as pause } from 'node:timers/promises';
import { GuardedLogger } from '../diagnostics/index.js';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import { failpoint } from '../failpoints/failpoint.js';
import { mostAttempts, reasonOf } from './page-failures.js';
import type { ReportInbox, StoredPage } from './report-inbox.js';
import type { ReportSpool } from './report-spool.js';

/** How long both database and disk may refuse a page before it is given up. */
const KEEPING_MS = 60_000;
/** The same while the process is being shut down. */
const HURRIED_MS = 3_000;

/**
 * Puts a page that exists nowhere else into safety: into the database, or, where that does not take it, into a spool file.
 * Where neither takes it, it is tried again for a while; only then is it lost, and stands recorded as a possible loss.
 */
export class PageKeeper {
  private readonly logger: GuardedLogger;
  private isHurried = false;
  /** Why the spool folder could not be listed the last time, as was told. */
  private spoolFailure: string | null = null;
  /** Spool files that could not be read, moved or removed, with the code that was told. */
  private readonly stuck = new Map<string, string>();
  /** How often the database has refused a spooled page, since this process started. */
  private readonly refusals = new Map<string, number>();

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
          `The database did not take a page of delivery reports (${storeError.driverCode}); it is kept in a spool file (pull ` +
            `${page.id}), and the next pull tries to store it.`,
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

  /**
   * Brings spooled pages into the database. One that it does not take is left, and after a few times set aside; one whose file
   * cannot be read, moved or removed is left as well: none stops the ones behind it. Nor does a folder that cannot be listed: pages
   * need it only while the database is away.
   *
   * @throws EmayImsStoreError where the database is away
   */
  async unspool(): Promise<void> {
    const { waiting, failure } = await this.spool.list();
    this.tellSpoolFailure(failure);
    for (const id of waiting) {
      if (this.isHurried) return; // The rest is safe where it is.
      try {
        await this.unspoolOne(id);
        this.stuck.delete(id);
      } catch (error) {
        if (error instanceof EmayImsStoreError) throw error;
        const code = reasonOf(error);
        if (code === 'ENOENT') continue; // Another process was faster.
        if (this.stuck.get(id) === code) continue;
        this.stuck.set(id, code);
        this.logger.error(
          `A spool file could not be read, moved or removed (${code}) and is left where it is (pull ${id}). Remove the cause; ` +
            'the next pull tries it again.',
          { account: this.account, pull: id, code },
        );
      }
    }
  }

  /** Once, not at each pull. */
  private tellSpoolFailure(failure: string | null): void {
    if (failure === this.spoolFailure) return;
    this.spoolFailure = failure;
    const fields = { account: this.account, code: failure };
    if (failure === null) return this.logger.log('The spool folder can be listed again.', fields);
    this.logger.error(
      `The spool folder (reports.spoolPath) cannot be listed (${failure}): pages in it are not stored, and none could be written ` +
        'there while the database is away. Pulls go on. Make it a folder that this process may read and write.',
      fields,
    );
  }

  private async unspoolOne(id: string): Promise<void> {
    const fields = { account: this.account, pull: id };
    const page = await this.spool.read(id);
    if (page === null) {
      await this.spool.putAside(id);
      this.logger.error(`A spool file is not whole and is set aside (pull ${id}).`, fields);
    } else if (await this.restore(page)) {
      await failpoint('before-unspool');
      await this.spool.remove(id);
      this.logger.warn(`A spooled page of delivery reports is in the database now (pull ${id}).`, fields);
    }
  }

  /** `false` where the database is there, but does not take the page. */
  private async restore(page: StoredPage): Promise<boolean> {
    try {
      await this.inbox.store(page);
      this.refusals.delete(page.id);
      return true;
    } catch (error) {
      await this.inbox.pending(1); // Throws where the database is away.
      const attempts = (this.refusals.get(page.id) ?? 0) + 1;
      const fields = { account: this.account, pull: page.id, code: reasonOf(error), attempts };
      if (attempts < mostAttempts(error)) {
        this.refusals.set(page.id, attempts);
        this.logger.warn(
          'The database does not take a spooled page of delivery reports; it will be tried again.',
          fields,
        );
      } else {
        this.refusals.delete(page.id);
        await this.spool.putAside(page.id);
        this.logger.error(
          `The database has refused a spooled page of delivery reports ${attempts} times; its file is set aside (pull ` +
            `${page.id}). Remove the cause, then have it tried again.`,
          fields,
        );
      }
      return false;
    }
  }

  /** The process is being shut down. */
  hurry(): void {
    this.isHurried = true;
  }

  private async store(page: StoredPage): Promise<void> {
    await failpoint('store-page');
    await this.inbox.store(page);
  }

  private async attempt(work: () => Promise<void>): Promise<EmayImsStoreError | null> {
    try {
      await work();
      return null;
    } catch (error) {
      // Of a disk's error only the code is told: its message names paths.
      return error instanceof EmayImsStoreError ? error : new EmayImsStoreError(reasonOf(error));
    }
  }
}
