import type { IngestedPage, ReportIngestor } from './report-ingestor.js';
import type { PageFailures } from './page-failures.js';
import type { KeptPages } from './kept-pages.js';
import type { PageKeeper } from './page-keeper.js';
import type { ReportInbox, StoredPage } from './report-inbox.js';

const REPLAYED_AT_A_TIME = 50;

/** Applies pages so that none stops the ones behind it: what one fails at is noted, and the next one's turn comes. */
export class PageApplier {
  /** How many are set aside, as of the last replay. */
  setAsidePages = 0;
  private isCountDue = true;

  constructor(
    private readonly inbox: ReportInbox,
    private readonly keeper: PageKeeper,
    private readonly ingestor: ReportIngestor,
    private readonly failures: PageFailures,
    private readonly kept: KeptPages,
  ) {}

  /** `null` where it could not be applied. */
  async apply(page: StoredPage): Promise<IngestedPage | null> {
    try {
      return await this.ingestor.ingest(page);
    } catch (error) {
      this.isCountDue = true;
      await this.failures.note(page.id, error);
      return null;
    }
  }

  /**
   * Pages that were spooled, or stored but not applied, before a crash or a failure.
   *
   * @param goOn asked before each page
   */
  async *replay(goOn: () => Promise<boolean>): AsyncGenerator<IngestedPage> {
    await this.keeper.unspool();
    for (let ids = await this.inbox.pending(REPLAYED_AT_A_TIME); ids.length > 0;) {
      for (const id of ids) {
        if (!(await goOn())) return;
        // One at a time: together they might be long.
        const page = await this.inbox.load(id);
        const ingested = page && (await this.apply(page));
        if (ingested) yield ingested;
      }
      ids = await this.inbox.pending(REPLAYED_AT_A_TIME, ids.at(-1));
    }
    if (!this.isCountDue) return;
    this.setAsidePages = await this.kept.countSetAside();
    // As long as there are some, a person may have had them tried again.
    this.isCountDue = this.setAsidePages > 0;
  }
}
