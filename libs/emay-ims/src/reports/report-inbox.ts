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

/** How long both database and disk may refuse a batch before it is lost. */
const KEEPING_MS = 60_000;
/** The same during a shutdown. */
const SHUTDOWN_KEEPING_MS = 3_000;
const LOADED_AT_A_TIME = 50;

/**
 * Polls of one account and their report batches. A poll deletes its reports at the gateway, so each is recorded before it is made, and its
 * batch is stored before it is parsed. Only these steps change a record or a spool file:
 *
 * | step      | from                                     | to                                                        |
 * | --------- | ---------------------------------------- | --------------------------------------------------------- |
 * | `ask`     |                                          | PULLING: no answer yet                                    |
 * | `forget`  | PULLING, STORED                          | deleted: provably no reports were returned                |
 * | `lose`    | PULLING                                  | LOST: no answer came, its reports may be gone             |
 * | `keep`    | without the bytes: PULLING, LOST,        | STORED: safe, not yet applied; or a spool file            |
 * |           | ACKNOWLEDGED, or no record any more      |                                                           |
 * | `push`    | no record of what it says                | STORED: safe, not yet applied; or a spool file            |
 * | `waiting` | a spool file                             | STORED; or set aside, where the database refuses it       |
 * | `applied` | STORED                                   | STORED with progress; APPLIED; LOST in part; UNREADABLE   |
 * | `failed`  | STORED                                   | STORED, for another try; SET_ASIDE after the last         |
 * | `retry`   | SET_ASIDE, UNREADABLE, a file set aside; | STORED from its beginning, a spool file                   |
 * |           | with quarantined items APPLIED and LOST; |                                                           |
 * |           | LOST, nothing of it read                 |                                                           |
 * | `discard` | SET_ASIDE, UNREADABLE, a file set aside  | deleted                                                   |
 * | `outdate` | UNREADABLE; LOST, nothing of it read     | deleted; LOST without its bytes                           |
 */
export class ReportInbox implements KeptPages {
  /** Batches set aside, counted when the waiting ones were last processed. */
  setAsidePages = 0;
  private isCountDue = true;
  private readonly account: string;
  private readonly logger: GuardedLogger;
  private isShuttingDown = false;
  /** Why the spool folder could not be listed or written the last time; logged once. */
  private spoolFailure: string | null = null;
  private ofOtherAppIds = 0;
  /** Spool files that could not be read, moved or removed, with the code that was logged. */
  private readonly stuck = new Map<string, string>();
  /** How often the database has refused each spooled batch since this process started. */
  private readonly refusals = new Map<string, number>();
  /** What the batches say that were pushed into spool files, with their ids: another one that says the same needs none. */
  private readonly spooledContents = new Map<string, string>();

  constructor(
    private readonly batches: ReportBatchStore,
    private readonly spool: ReportSpool,
    private readonly events: EventTransactions,
  ) {
    this.account = batches.account;
    this.logger = GuardedLogger.of(this.account);
  }

  /** Records the intent to poll. Resolves to the poll's id: the database can store what comes. */
  async ask(requested: number, pullLastsMs: number): Promise<string> {
    const id = newToken();
    await this.batches.insert(id, requested, pullLastsMs);
    return id;
  }

  forget(id: string): Promise<void> {
    return this.batches.delete(id);
  }

  /** @param requested most reports the batch may have held; `null`: not known */
  lose(id: string, requested: number | null): Promise<boolean> {
    return this.events.transaction(async (session) => {
      const isLost = await this.batches.lose(id, session);
      if (isLost) this.tellLoss(id, requested, session);
      return isLost;
    });
  }

  /** Records polls whose process died before the answer was stored as possibly lost; resolves to how many. */
  async loseStalled(): Promise<number> {
    let lost = 0;
    for (const { id, requested } of await this.batches.overdue()) if (await this.lose(id, requested)) lost++;
    return lost;
  }

  /**
   * Stores a batch that exists nowhere else. If neither database nor disk takes it, both are tried again for a while. Then the batch is
   * lost, and recorded as possibly lost once the time of its poll is over.
   *
   * @returns whether it is in the database; `false`: in a spool file
   */
  async keep(page: StoredPage): Promise<boolean> {
    const fields = ({ driverCode }: EmayImsStoreError) => ({ account: this.account, pull: page.id, code: driverCode });
    let diskCode = '';
    const storeOrSpool = async () => {
      const storeError = await failureOf(async () => {
        await failpoint('store-page');
        await this.batches.store(page);
      });
      if (storeError === null) return true;
      const diskError = await failureOf(() => this.spool.write(page));
      if (diskError !== null) {
        diskCode = diskError.driverCode;
        throw storeError;
      }
      this.logger.warn(
        `Report batch not stored (${storeError.driverCode}); it is in a spool file (pull ${page.id}). The next poll stores it again.`,
        fields(storeError),
      );
      return false;
    };
    const isStored = await retry(storeOrSpool, {
      mayPass: () => true,
      limitMs: () => (this.isShuttingDown ? SHUTDOWN_KEEPING_MS : KEEPING_MS),
      pauseMs: (failures) => Math.min(5_000, 50 * 2 ** failures),
    }).catch((error: EmayImsStoreError) => {
      this.logger.error(
        `Report batch lost: neither database (${error.driverCode}) nor disk (${diskCode}) took it (pull ${page.id}).`,
        { ...fields(error), diskCode },
      );
      throw error;
    });
    if (!isStored) {
      await failpoint('after-spool');
    }
    return isStored;
  }

  /**
   * Takes a batch that was pushed: into a spool file where the database has not stored it in time, or refuses it. Both may take it in the
   * end: it has one id, and counts once.
   *
   * @param storing whether it is new, once it is in the database
   * @param inTime ends the wait for that
   * @throws EmayImsStoreError where neither takes it: the gateway pushes it again
   */
  async push(
    page: StoredPage,
    storing: Promise<boolean>,
    inTime: Promise<null>,
  ): Promise<'stored' | 'spooled' | 'known'> {
    const contents = String(page.contentHash);
    let driverCode = 'TIMEOUT';
    const stored = storing.catch((error: unknown) => {
      driverCode = reasonOf(error);
      return null;
    });
    const isNew = await Promise.race([stored, inTime]);
    if (isNew !== null) return isNew ? 'stored' : 'known';
    if (this.spooledContents.has(contents)) return 'known';
    const failure = await failureOf(() => this.spool.write(page));
    if (failure !== null) {
      // The database may have been late.
      if ((await stored) !== null) return 'stored';
      throw failure;
    }
    this.spooledContents.set(contents, page.id);
    this.logger.warn(
      `Pushed report batch not stored in time (${driverCode}); it is in a spool file (pull ${page.id}) and is stored from there.`,
      { account: this.account, pull: page.id, code: driverCode },
    );
    await failpoint('after-spool');
    return 'spooled';
  }

  /** Shortens the tries of `keep`. */
  beginShutdown(): void {
    this.isShuttingDown = true;
  }

  /**
   * Batches that were spooled, or stored but not applied, before a crash or a failure; oldest first.
   *
   * @param goOn asked before each batch
   * @throws EmayImsStoreError where the database is away
   */
  async *waiting(goOn: () => Promise<boolean>): AsyncGenerator<StoredPage> {
    await this.unspool();
    for (let ids = await this.batches.pending(LOADED_AT_A_TIME); ids.length > 0;) {
      for (const id of ids) {
        if (!(await goOn())) return;
        // One at a time: a batch may be large.
        const page = await this.batches.load(id);
        if (page !== null) yield page;
      }
      ids = await this.batches.pending(LOADED_AT_A_TIME, ids.at(-1));
    }
    if (!this.isCountDue) return;
    this.setAsidePages = await this.countSetAside();
    // While there are some, a person may call retryReportPages().
    this.isCountDue = this.setAsidePages > 0;
  }

  /**
   * Moves spooled batches into the database. A file that fails does not block the ones after it. Nor does a folder that cannot be listed:
   * it is needed only while the database is away.
   *
   * @returns the batches that are in the database now, and how many files are left
   */
  async unspool(): Promise<{ stored: string[]; left: number }> {
    const { waiting, failure, ofOtherAppIds } = await this.spool.list();
    this.tellSpoolFailure(failure);
    this.tellOfOtherAppIds(ofOtherAppIds);
    const stored: string[] = [];
    for (const id of waiting) {
      if (this.isShuttingDown) break; // The other files are safe on disk.
      try {
        if (await this.unspoolOne(id)) stored.push(id);
        this.stuck.delete(id);
      } catch (error) {
        if (error instanceof EmayImsStoreError) throw error;
        const code = reasonOf(error);
        // Another process moved it, or it has been logged.
        if (code === 'ENOENT' || this.stuck.get(id) === code) continue;
        this.stuck.set(id, code);
        this.logger.error(
          `A spool file could not be read, moved or removed (${code}) and is left in place (pull ${id}). Remove the cause; the next ` +
            'poll tries again.',
          { account: this.account, pull: id, code },
        );
      }
    }
    return { stored, left: waiting.length - stored.length };
  }

  /** Once, not at every poll. */
  private tellSpoolFailure(failure: string | null): void {
    if (failure === this.spoolFailure) return;
    this.spoolFailure = failure;
    const fields = { account: this.account, code: failure };
    if (failure === null) return this.logger.log('The spool folder can be used again.', fields);
    this.logger.error(
      `The spool folder (reports.spoolPath) cannot be used (${failure}): report batches in it are stored only if they can be read, and stay ` +
        'there; none can be spooled while the database is away. Polling goes on. Make it a folder that this process may read and write.',
      fields,
    );
  }

  /** Another application's, or this one's before its AppId was changed. */
  private tellOfOtherAppIds(files: number): void {
    if (files > this.ofOtherAppIds) {
      this.logger.warn(
        `The spool folder holds report batches of another AppId (${files}), which are left to it. Give each application a reports.spoolPath ` +
          'of its own; see "Spool files" in the documents.',
        { account: this.account, files },
      );
    }
    this.ofOtherAppIds = files;
  }

  /** Whether it is in the database. */
  private async unspoolOne(id: string): Promise<boolean> {
    const fields = { account: this.account, pull: id };
    const page = await this.spool.read(id);
    if (page === null) {
      await this.spool.putAside(id);
      this.logger.error(`A spool file is incomplete and was set aside (pull ${id}).`, fields);
      return false;
    }
    try {
      await this.batches.store(page);
    } catch (error) {
      await this.batches.pending(1); // Throws where the database is away.
      await this.refused(id, error);
      return false;
    }
    this.refusals.delete(id);
    await failpoint('before-unspool');
    await this.spool.remove(id);
    if (page.contentHash) this.spooledContents.delete(page.contentHash);
    this.logger.warn(`A spooled report batch was stored in the database (pull ${id}).`, fields);
    return true;
  }

  /** The database answers, but refuses the batch. */
  private async refused(id: string, error: unknown): Promise<void> {
    const attempts = (this.refusals.get(id) ?? 0) + 1;
    const fields = { account: this.account, pull: id, code: reasonOf(error), attempts };
    if (attempts < mostAttempts(error)) {
      this.refusals.set(id, attempts);
      this.logger.warn('The database refused a spooled report batch; the next poll tries again.', fields);
      return;
    }
    this.refusals.delete(id);
    await this.spool.putAside(id);
    this.logger.error(
      `The database refused a spooled report batch ${attempts} times; its file was set aside (pull ${id}). Remove the cause, then call ` +
        'retryReportPages().',
      fields,
    );
  }

  /** In the transaction that applies the part. `false`: another instance is processing this batch. */
  async applied(id: string, part: AppliedPart, session: EventfulSession): Promise<boolean> {
    const lost = part.end?.state === 'LOST' ? part.end.lost : 0;
    const told = lost > 0 ? await this.batches.lostWhenApplied(id, session) : 0;
    const isOurs = await this.batches.apply(id, part, session);
    if (isOurs && lost > told) this.tellLoss(id, lost, session);
    return isOurs;
  }

  /**
   * Records that the batch could not be applied. After a few failures (more, if they look temporary) it is set aside: it takes no more
   * work, and shows in the status.
   *
   * @throws EmayImsStoreError if the database cannot record that: it is away, and the batch not the cause
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
    if (attempts === 0) return; // Applied after all, or set aside and logged by another instance.
    const fields = { account, pull: pullId, code: reason, attempts };
    if (attempts < most) {
      this.logger.warn(`Report batch not applied (${reason}); the next poll tries again.`, fields);
    } else {
      this.logger.error(
        `Report batch set aside after ${attempts} failures to apply it (${reason}, pull ${pullId}). Remove the cause, then call ` +
          'retryReportPages().',
        fields,
      );
    }
  }

  lastPush(): ReturnType<ReportBatchStore['lastPush']> {
    return this.batches.lastPush();
  }

  async list(): Promise<ImsKeptPage[]> {
    const spooled = (await this.spool.list()).setAside.map((pullId) => ({ pullId, ...ONLY_A_FILE }));
    return [...(await this.batches.kept()), ...spooled].toSorted((one, other) => (one.pullId < other.pullId ? -1 : 1));
  }

  async retry(pullId: string | null): Promise<number> {
    const stored = await this.events.transaction((session) =>
      pullId === null ? this.batches.retryAll(session) : this.batches.retry(pullId, session).then(Number),
    );
    const spooled = (await this.spool.list()).setAside.filter((id) => pullId === null || id === pullId);
    const failures: EmayImsStoreError[] = [];
    for (const id of spooled) {
      const failure = await failureOf(() => this.spool.takeBack(id));
      if (failure !== null) failures.push(failure);
    }
    const retried = stored + spooled.length - failures.length;
    // Of several, those whose files cannot be moved stay set aside, and are listed.
    if (pullId !== null && retried === 0) throw failures[0] ?? noSuchPage();
    return retried;
  }

  async discard(pullId: string): Promise<void> {
    const isDeleted = await this.batches.deleteKept(pullId);
    const isSpooled = (await this.spool.list()).setAside.includes(pullId);
    const failure = isSpooled ? await failureOf(() => this.spool.remove(pullId)) : null;
    if (failure !== null) throw failure;
    if (!isDeleted && !isSpooled) throw noSuchPage();
  }

  /** A later batch has the same bytes. */
  async outdate(pullId: string): Promise<void> {
    if (!(await this.batches.deleteKept(pullId))) await this.batches.forgetBytes(pullId);
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
