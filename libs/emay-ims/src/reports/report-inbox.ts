import { GuardedLogger } from '../diagnostics/index.js';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import type { EventTransactions } from '../events/event-transactions.js';
import type { EventfulSession } from '../events/transaction-events.js';
import { failpoint } from '../failpoints/failpoint.js';
import { newToken } from '../messages/ids.js';
import { noSuchPage, ONLY_A_FILE, type ImsKeptPage, type KeptPages } from './kept-pages.js';
import { failureOf, mostAttempts, reasonOf } from './page-failures.js';
import { retry } from '../time/retry.js';
import type { AppliedPart, ReportBatchStore, StoredPage } from './report-batch-store.js';
import type { ReportSpool } from './report-spool.js';

/** How long both database and disk may refuse a page before it is given up. */
const KEEPING_MS = 60_000;
/** The same while the process is being shut down. */
const HURRIED_MS = 3_000;
const LOADED_AT_A_TIME = 50;

/**
 * The pulls of one account and the pages that came of them. The gateway forgets a report as it hands it out, so each pull leaves a
 * record before it is made, and its page is kept before anybody reads it. Only these steps change a record or a spool file:
 *
 * | step      | from                                     | to                                                        |
 * | --------- | ---------------------------------------- | --------------------------------------------------------- |
 * | `ask`     |                                          | PULLING: no answer yet                                    |
 * | `forget`  | PULLING, STORED                          | deleted: provably nothing was handed out                  |
 * | `lose`    | PULLING                                  | LOST: no answer came, what it may have held is gone       |
 * | `keep`    | PULLING, LOST, or no record any more     | STORED: safe, not yet applied; or a spool file            |
 * | `waiting` | a spool file                             | STORED; or set aside, where the database refuses it       |
 * | `applied` | STORED                                   | STORED with progress; APPLIED; LOST in part; UNREADABLE   |
 * | `failed`  | STORED                                   | STORED, to be tried again; SET_ASIDE after too many times |
 * | `retry`   | SET_ASIDE, UNREADABLE, a file set aside  | STORED, a spool file                                      |
 * | `discard` | SET_ASIDE, UNREADABLE, a file set aside  | deleted                                                   |
 */
export class ReportInbox implements KeptPages {
  /** How many pages are set aside, as of the last time that those which wait were gone through. */
  setAsidePages = 0;
  private isCountDue = true;
  private readonly account: string;
  private readonly logger: GuardedLogger;
  private isHurried = false;
  /** Why the spool folder could not be listed the last time, as was told. */
  private spoolFailure: string | null = null;
  /** Spool files that could not be read, moved or removed, with the code that was told. */
  private readonly stuck = new Map<string, string>();
  /** How often the database has refused a spooled page, since this process started. */
  private readonly refusals = new Map<string, number>();

  constructor(
    private readonly batches: ReportBatchStore,
    private readonly spool: ReportSpool,
    private readonly events: EventTransactions,
  ) {
    this.account = batches.account;
    this.logger = GuardedLogger.of(this.account);
  }

  /** Records the intent to pull so many; resolving, to the pull's id, proves that the database can store what comes. */
  async ask(requested: number, pullLastsMs: number): Promise<string> {
    const id = newToken();
    await this.batches.insert(id, requested, pullLastsMs);
    return id;
  }

  forget(id: string): Promise<void> {
    return this.batches.delete(id);
  }

  /** @param requested how many reports it may have held; `null`: not known */
  lose(id: string, requested: number | null): Promise<boolean> {
    return this.events.transaction(async (session) => {
      const isLost = await this.batches.lose(id, session);
      if (isLost) this.tellLoss(id, requested, session);
      return isLost;
    });
  }

  /** Pulls whose process died before the answer was kept; resolves to how many. */
  async loseAbandoned(): Promise<number> {
    let lost = 0;
    for (const { id, requested } of await this.batches.overdue()) if (await this.lose(id, requested)) lost++;
    return lost;
  }

  /**
   * Puts a page that exists nowhere else into safety. Where neither database nor disk takes it, both are tried again for a while; only
   * then is it lost, and stands recorded as a possible loss once the time of its pull is over.
   *
   * @returns whether it is in the database; `false`: in a spool file
   */
  async keep(page: StoredPage): Promise<boolean> {
    const fields = ({ driverCode }: EmayImsStoreError) => ({ account: this.account, pull: page.id, code: driverCode });
    const storeOrSpool = async () => {
      const storeError = await failureOf(async () => {
        await failpoint('store-page');
        await this.batches.store(page);
      });
      if (storeError === null) return true;
      if ((await failureOf(() => this.spool.write(page))) !== null) throw storeError;
      this.logger.warn(
        `The database did not take a page of delivery reports (${storeError.driverCode}); it is kept in a spool file (pull ${page.id}), and ` +
          'the next pull tries to store it.',
        fields(storeError),
      );
      return false;
    };
    const isStored = await retry(storeOrSpool, {
      mayPass: () => true,
      limitMs: () => (this.isHurried ? HURRIED_MS : KEEPING_MS),
      pauseMs: (failures) => Math.min(5_000, 50 * 2 ** failures),
    }).catch((error: EmayImsStoreError) => {
      this.logger.error(
        `Neither database nor disk took a page of delivery reports: pull ${page.id} is lost.`,
        fields(error),
      );
      throw error;
    });
    if (!isStored) {
      await failpoint('after-spool');
    }
    return isStored;
  }

  /** The process is being shut down. */
  hurry(): void {
    this.isHurried = true;
  }

  /**
   * Pages that were spooled, or stored but not applied, before a crash or a failure; the oldest first.
   *
   * @param goOn asked before each page
   * @throws EmayImsStoreError where the database is away
   */
  async *waiting(goOn: () => Promise<boolean>): AsyncGenerator<StoredPage> {
    await this.unspool();
    for (let ids = await this.batches.pending(LOADED_AT_A_TIME); ids.length > 0;) {
      for (const id of ids) {
        if (!(await goOn())) return;
        // One at a time: together they might be long.
        const page = await this.batches.load(id);
        if (page !== null) yield page;
      }
      ids = await this.batches.pending(LOADED_AT_A_TIME, ids.at(-1));
    }
    if (!this.isCountDue) return;
    this.setAsidePages = await this.countSetAside();
    // As long as there are some, a person may have had them tried again.
    this.isCountDue = this.setAsidePages > 0;
  }

  /**
   * Brings spooled pages into the database. None that stays where it is stops the ones behind it; nor does a folder that cannot be
   * listed: pages need it only while the database is away.
   */
  private async unspool(): Promise<void> {
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
        // Another process was faster, or it has been told.
        if (code === 'ENOENT' || this.stuck.get(id) === code) continue;
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
      return this.logger.error(`A spool file is not whole and is set aside (pull ${id}).`, fields);
    }
    try {
      await this.batches.store(page);
    } catch (error) {
      await this.batches.pending(1); // Throws where the database is away.
      return this.refused(id, error);
    }
    this.refusals.delete(id);
    await failpoint('before-unspool');
    await this.spool.remove(id);
    this.logger.warn(`A spooled page of delivery reports is in the database now (pull ${id}).`, fields);
  }

  /** The database is there, but does not take the page. */
  private async refused(id: string, error: unknown): Promise<void> {
    const attempts = (this.refusals.get(id) ?? 0) + 1;
    const fields = { account: this.account, pull: id, code: reasonOf(error), attempts };
    if (attempts < mostAttempts(error)) {
      this.refusals.set(id, attempts);
      this.logger.warn(
        'The database does not take a spooled page of delivery reports; it will be tried again.',
        fields,
      );
      return;
    }
    this.refusals.delete(id);
    await this.spool.putAside(id);
    this.logger.error(
      `The database has refused a spooled page of delivery reports ${attempts} times; its file is set aside (pull ${id}). Remove ` +
        'the cause, then have it tried again.',
      fields,
    );
  }

  /** In the transaction that applied the part. `false` where another instance is at this page. */
  async applied(id: string, part: AppliedPart, session: EventfulSession): Promise<boolean> {
    const isOurs = await this.batches.apply(id, part, session);
    if (isOurs && part.end?.state === 'LOST') this.tellLoss(id, part.end.lost, session);
    return isOurs;
  }

  /**
   * The page could not be applied. After a few times (many, where the moment seems to be to blame) it is set aside, so that it costs
   * nothing any more, and shows.
   *
   * @throws EmayImsStoreError where the database cannot note it: it is away, and the page not to blame
   */
  async failed(pullId: string, error: unknown): Promise<void> {
    this.isCountDue = true;
    const { account } = this;
    const reason = reasonOf(error);
    const most = mostAttempts(error);
    const attempts = await this.events.transaction(async (session) => {
      const failures = await this.batches.countFailure(pullId, reason, most, session);
      if (failures >= most)
        session.events?.add(pullId, { type: 'reports.set-aside', account, occurredAt: new Date(), pullId, reason });
      return failures;
    });
    if (attempts === 0) return; // Applied after all, or set aside by another instance, which has told it.
    const fields = { account, pull: pullId, code: reason, attempts };
    if (attempts < most) {
      this.logger.warn(`A page of delivery reports could not be applied (${reason}); it will be tried again.`, fields);
    } else {
      this.logger.error(
        `A page of delivery reports could not be applied ${attempts} times (${reason}) and is set aside as pull ${pullId}. ` +
          'Remove the cause, then have it tried again.',
        fields,
      );
    }
  }

  async list(): Promise<ImsKeptPage[]> {
    const spooled = (await this.spool.list()).setAside.map((pullId) => ({ pullId, ...ONLY_A_FILE }));
    return [...(await this.batches.kept()), ...spooled].toSorted((one, other) => (one.pullId < other.pullId ? -1 : 1));
  }

  async retry(pullId: string | null): Promise<number> {
    const stored = await this.batches.retry(pullId);
    const spooled = (await this.spool.list()).setAside.filter((id) => pullId === null || id === pullId);
    for (const id of spooled) await this.spool.takeBack(id);
    if (pullId !== null && stored + spooled.length === 0) throw noSuchPage();
    return stored + spooled.length;
  }

  async discard(pullId: string): Promise<void> {
    const isDeleted = await this.batches.deleteKept(pullId);
    const isSpooled = (await this.spool.list()).setAside.includes(pullId);
    if (isSpooled) await this.spool.remove(pullId);
    if (!isDeleted && !isSpooled) throw noSuchPage();
  }

  countSetAside(): Promise<number> {
    return this.batches.countSetAside();
  }

  async spooled(): Promise<{ spooledPages: number; spoolFailure: string | null }> {
    const { waiting, setAside, failure } = await this.spool.list();
    return { spooledPages: waiting.length + setAside.length, spoolFailure: failure };
  }

  private tellLoss(pullId: string, atMost: number | null, session: EventfulSession): void {
    const { account } = this;
    session.events?.add(pullId, { type: 'reports.possible-loss', account, occurredAt: new Date(), pullId, atMost });
  }
}
