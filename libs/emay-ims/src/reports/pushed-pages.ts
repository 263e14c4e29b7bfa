import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { GuardedLogger } from '../diagnostics/index.js';
import type { EventTransactions } from '../events/event-transactions.js';
import { failpoint } from '../failpoints/failpoint.js';
import { newToken } from '../messages/ids.js';
import { SEALED } from '../protocol/index.js';
import { contentHash, unreadHash } from './page/content-hash.js';
import { pushed } from './page-columns.js';
import { NO_REPORTS_FIELD, UNDECIPHERABLE, type ReportBatchStore, type StoredPage } from './report-batch-store.js';
import type { ReportInbox } from './report-inbox.js';
import type { ReportIngestor } from './report-ingestor.js';

/**
 * What became of a pushed page. `known`: it, or one that says the same, is kept already. `damaged`: nothing, as it does not unpack to its
 * end: it has suffered on its way, and may come again whole; or somebody has changed a recorded one.
 */
export type PushKept = 'stored' | 'spooled' | 'known' | 'damaged';

/** One that cannot be read, as it came. */
export interface UnreadPush {
  body: Buffer;
  contentType: string | null;
  /** Whether another key may read it; otherwise it is no form with reports. */
  isSealed: boolean;
}

/** How long the database may take before a page goes into a spool file: the gateway waits for a second. */
const STORE_WITHIN_MS = 700;
/** Statements at a time: the pool is the dispatcher's too. What waits longer than it may goes into a spool file. */
const STORES_AT_A_TIME = 4;
/** Pages that wait to be applied in this process; more are left to the job that polls. */
const MAX_WAITING = 10_000;
/** Pause before a spool file that could not be stored is tried again. */
const UNSPOOL_AGAIN_MS = 5_000;
const NOTHING = createHash('sha256').digest('hex');
/** What nobody can read is kept up to here, the newest of it. */
const MOST_UNREADABLE = { pages: 20, bytes: 4 * 1024 * 1024 };

/**
 * Report batches that the gateway pushes to one account.
 *
 * - A page is stored, or in a spool file, before anybody answers. One that says the same is kept once: the database has a unique hash.
 * - It is applied after that, one at a time, by the same steps as a pulled one; so are pages in spool files. The job that polls takes up
 *   what is left.
 * - What cannot be read is kept as it came, within bounds, for another try with the right key.
 */
export class PushedPages {
  private readonly logger: GuardedLogger;
  /** Being stored, by what they say. */
  private readonly storing = new Map<string, Promise<PushKept>>();
  private stores = 0;
  private readonly turns: (() => void)[] = [];
  private readonly waiting: string[] = [];
  private isApplying = false;
  private keeping: Promise<void> | null = null;
  /** From when on spool files may wait, by `performance.now()`: at first those of the process before. */
  private spoolDueAt = 0;
  private isStopped = false;

  constructor(
    private readonly batches: ReportBatchStore,
    private readonly inbox: ReportInbox,
    private readonly ingestor: ReportIngestor,
    private readonly events: EventTransactions,
  ) {
    this.logger = GuardedLogger.of(batches.account);
  }

  /**
   * Resolves when it can be answered.
   *
   * @param body without its cipher; still packed, if it came packed
   * @throws EmayImsStoreError where neither database nor disk takes it
   */
  async keep(body: Buffer, contentType: string | null): Promise<PushKept> {
    const hash = await contentHash(body);
    if (hash === null) return 'damaged';
    if (hash === NOTHING) return 'known';
    const same = this.storing.get(hash);
    if (same) return same.then(() => 'known');
    const page: StoredPage = {
      ...{ id: newToken(), body, contentType, contentEncoding: null, requested: null, cut: null, progress: 0 },
      ...pushed(hash),
    };
    const kept = this.keepOne(page).finally(() => this.storing.delete(hash));
    this.storing.set(hash, kept);
    return kept;
  }

  /** Ends applying after the page under way: others may come without end, and what is stored waits for the next start. */
  stop(): void {
    this.isStopped = true;
  }

  /** Applies the pages that have been stored; resolves when there are no more, or at once where that is under way. */
  async apply(): Promise<void> {
    if (this.isApplying) return;
    this.isApplying = true;
    await this.applyWaiting();
  }

  /** Keeps the bytes of one that is not read, unless many come at once: then one of them. */
  async keepUnreadable(push: UnreadPush): Promise<void> {
    if (this.keeping) return;
    this.keeping = this.storeUnreadable(push).finally(() => (this.keeping = null));
    await this.keeping;
  }

  private async keepOne(page: StoredPage): Promise<PushKept> {
    // While the database is away, turns take long, and many would be held in memory.
    let inHand: StoredPage | null = page;
    const storing = this.inTurn(async () => inHand !== null && this.batches.storePushed(inHand));
    const kept = await this.inbox.push(page, storing, pause(STORE_WITHIN_MS, null, { ref: false }));
    inHand = null;
    await failpoint('after-store-push');
    if (kept === 'stored' && this.waiting.length < MAX_WAITING) this.waiting.push(page.id);
    if (kept === 'spooled') this.spoolDueAt = 0;
    return kept;
  }

  private async applyWaiting(): Promise<void> {
    do {
      for (let id = this.waiting.shift(); id !== undefined && !this.isStopped; id = this.waiting.shift()) {
        // Not kept in memory meanwhile: many may wait.
        await this.applyOne(id);
      }
      await this.takeFromSpool();
    } while (this.waiting.length > 0 && !this.isStopped);
    // In the same breath as the last look: a page that comes now begins anew.
    this.isApplying = false;
  }

  private async applyOne(id: string): Promise<void> {
    try {
      const page = await this.batches.load(id);
      if (page) await this.ingestor.ingest(page);
    } catch {
      // The database is away: the job that polls takes it up, and logs why it cannot.
    }
  }

  /** The database has taken a page: it may take those in spool files, too. Where nothing polls, no job does that. */
  private async takeFromSpool(): Promise<void> {
    if (performance.now() < this.spoolDueAt || this.isStopped) return;
    this.spoolDueAt = Infinity;
    const retryLater = () => (this.spoolDueAt = Math.min(this.spoolDueAt, performance.now() + UNSPOOL_AGAIN_MS));
    try {
      const { stored, left } = await this.inbox.unspool();
      if (left > 0) retryLater();
      this.waiting.push(...stored);
    } catch {
      retryLater(); // The database is away again.
    }
  }

  private async storeUnreadable({ body, contentType, isSealed }: UnreadPush): Promise<void> {
    const failure = isSealed ? UNDECIPHERABLE : NO_REPORTS_FIELD;
    const page: StoredPage = {
      ...{ id: newToken(), body, contentType, contentEncoding: isSealed ? SEALED : null },
      ...{ requested: null, cut: null, progress: 0 },
      ...pushed(unreadHash(body)),
    };
    const isNew = await this.events.transaction(async (session) => {
      const isKept = await this.batches.keepUnreadable(page, failure, session);
      if (isKept) await this.batches.trimUnreadable(failure, MOST_UNREADABLE, session);
      return isKept;
    });
    if (!isNew) return;
    this.logger.debug(`A pushed report batch that cannot be read is kept (${failure}, pull ${page.id}).`, {
      account: this.batches.account,
      code: failure,
      pull: page.id,
    });
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.stores >= STORES_AT_A_TIME) await new Promise<void>((resolve) => this.turns.push(resolve));
    else this.stores++;
    try {
      return await work();
    } finally {
      const next = this.turns.shift();
      if (next) next();
      else this.stores--;
    }
  }
}
