import { GuardedLogger } from '../diagnostics/index.js';
import type { EmayImsClient, ReceivedPage } from '../client/index.js';
import { failpoint } from '../failpoints/failpoint.js';
import { readToken } from '../protocol/index.js';
import { contentOf, hashOf, RepeatedPages } from './repeated-pages.js';
import type { ReportInbox } from './report-inbox.js';
import { UNDECIPHERABLE, type StoredPage } from './report-batch-store.js';
import { isFull, NO_REPORTS, type IngestedPage, type ReportIngestor } from './report-ingestor.js';

/** The page of a poll: stored and read, not applied. */
export interface PulledPage {
  /** How many reports it holds if it is full: the next poll need not wait until it is applied. `null`: it has to. */
  full: number | null;
  /** Not full, but perhaps all that the gateway hands out at a time. */
  mayBeMost: boolean;
  /** To be called once, after that of the page before. */
  apply(): Promise<PollEnd>;
}

/** How one poll ended. */
export interface PollEnd {
  /** What it brought; `null` where that is not known (yet). */
  page: IngestedPage | null;
  /** Whether the gateway answered, and its answer is in the database or need not be stored. */
  isAnswered: boolean;
  /** Why to end this series of polls; `null`: go on, even if this batch has a problem. */
  stoppedBy: string | null;
}

/** An answer without reports, exactly as the gateway writes it. Anything else is stored before it is parsed. */
const NOTHING_HANDED_OUT =
  /^\s*\{\s*"code"\s*:\s*"([A-Z][A-Z0-9_]{0,63})"\s*(?:,\s*"data"\s*:\s*(?:\[\s*\]|null|"")\s*)?\}\s*$/;
/** An empty body, where the code is in the header. */
const NOTHING = /^\s*(?:\[\s*\]|\{\s*\}|null|"")?\s*$/;
const MAX_SHORT_LENGTH = 256;
/** The gateway's answer to any internal failure, also one that recurs at every call. */
const REFUSED = 'ERROR_PARAMS';
/** The gateway returns the same batch at every poll, or a few in turns. */
const REPEATED = 'REPEATED_PAGE';
/** Not fewer: a gateway may return a batch twice if its first response failed. */
const MEANS_BLOCKED = 3;
/** A limit of the gateway's is not lower. */
const LEAST_MOST = 10;
/** Problems that the next batch need not have. */
const OF_A_PAGE_ALONE: ReadonlySet<string> = new Set(['CUT_SHORT', 'UNREADABLE', UNDECIPHERABLE]);

/** One poll: records the intent, requests a batch, stores it and has it applied. */
export class PagePuller {
  private readonly logger: GuardedLogger;
  private refusals = 0;
  private readonly repeated = new RepeatedPages();
  /** How often the last batch with reports has come. */
  private repetitions = 0;
  /** How many reports the last batch with some held; `null`: there was none yet. */
  private lastItems: number | null = null;
  /** The last batch of which nothing could be read. */
  private unread: { id: string; hash: string } | null = null;

  constructor(
    private readonly client: EmayImsClient,
    private readonly inbox: ReportInbox,
    private readonly ingestor: ReportIngestor,
    private readonly account: string,
    /** Called once when polls turn out to be blocked; again by the next one, where it rejects. */
    private readonly onBlocked: (reason: string) => Promise<void>,
  ) {
    this.logger = GuardedLogger.of(account);
  }

  /**
   * The code with which the gateway has refused three polls or more in a row; `REPEATED_PAGE`: it returned the same batch as often; `null`:
   * neither.
   */
  get blockedFor(): string | null {
    if (this.refusals >= MEANS_BLOCKED) return REFUSED;
    return this.repetitions >= MEANS_BLOCKED ? REPEATED : null;
  }

  /** @throws EmayImsStoreError before anything is asked for, while the database is away */
  async pull(number: number, lastsMs: number): Promise<PulledPage> {
    const id = await this.inbox.ask(number, lastsMs);
    await failpoint('before-pull');
    const answer = await this.client.getImsReport(number);
    await failpoint('after-pull');
    const fields = { account: this.account, call: 'getIMSReport', outcome: answer.kind };
    switch (answer.kind) {
      case 'unsent':
        await this.inbox.forget(id);
        this.logger.warn(`Delivery reports not polled: the request was not sent (${answer.reason}).`, {
          ...fields,
          code: answer.reason,
        });
        return empty(() => ({ page: null, isAnswered: false, stoppedBy: answer.reason }));
      case 'unconfirmed': {
        const { reason, page } = answer;
        if (page !== null) return this.keep(storedPage(id, page, number, reason));
        await this.inbox.lose(id, number);
        this.logger.error(
          `Possibly lost report batch: the poll ended with ${reason} (pull ${id}). Compare with the account at Emay.`,
          { ...fields, code: reason, pull: id },
        );
        return empty(() => ({ page: { ...NO_REPORTS, lost: number }, isAnswered: false, stoppedBy: reason }));
      }
      case 'answered':
        return this.readAnswer(storedPage(id, answer, number, null));
    }
  }

  private async readAnswer(page: StoredPage): Promise<PulledPage> {
    const code = codeOfNothing(page) ?? '';
    if (code !== 'SUCCESS' && !this.ingestor.isRefusal(code)) return this.keep(page);
    await this.inbox.forget(page.id);
    return empty(() => (code === 'SUCCESS' ? this.nothing() : this.refused(page.id, code)));
  }

  private async keep(page: StoredPage): Promise<PulledPage> {
    if (!(await this.inbox.keep(page))) return empty(() => ({ page: null, isAnswered: false, stoppedBy: 'SPOOLED' }));
    await failpoint('after-store-page');
    const reading = this.ingestor.read(page);
    const read = await reading.catch(() => null); // `ingest` records why.
    if (read === null || read.items === 0) return { ...UNKNOWN_SIZE, apply: () => this.apply(page, reading, '') };
    const content = await contentOf(page.body, read);
    const mayBeMost = this.mayBeMost(read.items) && !isFull(page, read);
    const isRepeated = this.repeated.hasCome(content, isFull(page, read) || mayBeMost);
    // Also where it is not applied, and so not counted.
    if (!isRepeated) this.repetitions = 0;
    const full = isFull(page, read) && !isRepeated ? read.items : null;
    return { full, mayBeMost, apply: () => this.apply(page, reading, content) };
  }

  /** As many again as last time are more likely a limit of the gateway's, below what is asked for, than chance. */
  private mayBeMost(items: number): boolean {
    const isAsBefore = this.lastItems === null || this.lastItems === items;
    this.lastItems = items;
    return isAsBefore && items >= LEAST_MOST;
  }

  /** @param content what it says, where it has items */
  private async apply(
    stored: StoredPage,
    reading: ReturnType<ReportIngestor['read']>,
    content: string,
  ): Promise<PollEnd> {
    const { id, cut } = stored;
    const isAnswered = cut === null;
    const page = await this.ingestor.ingest(stored, reading);
    if (page === null) return { page, isAnswered, stoppedBy: cut };
    if (page.problem !== null && this.ingestor.isRefused(stored, page)) return this.refused(id, page.problem);
    this.refusals = 0;
    if (page.problem !== null && page.reports === 0 && cut === null) await this.keepNewest(stored);
    if (page.reports > 0 && (await this.countRepetitions(id, content)) >= MEANS_BLOCKED) {
      return { page, isAnswered, stoppedBy: cut ?? REPEATED };
    }
    // What came in place of all of it may come in place of the next, too.
    const isAllLost = page.reports === 0 && page.lost > 0;
    const isOfPageAlone = !isAllLost && page.problem !== null && OF_A_PAGE_ALONE.has(page.problem);
    return { page, isAnswered, stoppedBy: cut ?? (isOfPageAlone ? null : page.problem) };
  }

  /** Of the same bytes at each poll, such as a code that nobody knows, the newest are kept: there are thousands a day. A possible loss stays. */
  private async keepNewest({ id, body, contentType, contentEncoding }: StoredPage): Promise<void> {
    const hash = hashOf(body, contentType, contentEncoding);
    const before = this.unread;
    this.unread = { id, hash };
    if (before?.hash === hash) await this.inbox.outdate(before.id).catch(() => undefined);
  }

  private nothing(): PollEnd {
    this.refusals = 0;
    this.repetitions = 0;
    this.repeated.forget();
    return { page: NO_REPORTS, isAnswered: true, stoppedBy: null };
  }

  /** A listed code: the gateway returned no reports. */
  private async refused(pull: string, code: string): Promise<PollEnd> {
    const fields = { account: this.account, call: 'getIMSReport', code, pull };
    this.refusals = code === REFUSED ? this.refusals + 1 : 0;
    this.logger.warn(`The gateway refused a poll for delivery reports: ${code}.`, fields);
    if (this.refusals === MEANS_BLOCKED) {
      await this.tellBlocked(
        'refusals',
        `the gateway refuses every poll with ${code}; one report that it cannot print may be blocking its queue. None arrives until it ` +
          'is removed.',
        fields,
      );
    }
    return { page: NO_REPORTS, isAnswered: true, stoppedBy: code };
  }

  /** How often this batch has come and been applied, this time included. */
  private async countRepetitions(pull: string, content: string): Promise<number> {
    const wasBlocked = this.repetitions >= MEANS_BLOCKED;
    const repetitions = this.repeated.count(content);
    this.repetitions = repetitions;
    if (repetitions >= MEANS_BLOCKED && !wasBlocked) {
      await this.tellBlocked(
        'repetitions',
        'the gateway returns the same report batches again and again. They are applied; none behind them arrives until the gateway ' +
          'removes them.',
        { account: this.account, call: 'getIMSReport', code: REPEATED, pull },
      );
    }
    return repetitions;
  }

  /** @param count what has come to `MEANS_BLOCKED`; where the listener rejects, the next poll comes to it again */
  private async tellBlocked(
    count: 'refusals' | 'repetitions',
    why: string,
    fields: { account: string; call: string; code: string; pull: string },
  ): Promise<void> {
    this.logger.error(`Delivery reports blocked: ${why} Ask Emay.`, fields);
    await this.onBlocked(fields.code).catch((error: unknown) => {
      this[count] = MEANS_BLOCKED - 1;
      throw error;
    });
  }
}

const UNKNOWN_SIZE = { full: null, mayBeMost: false } as const;

function empty(end: () => PollEnd | Promise<PollEnd>): PulledPage {
  return { ...UNKNOWN_SIZE, apply: async () => end() };
}

function storedPage(
  id: string,
  { body, contentType, contentEncoding, headerCode }: ReceivedPage,
  requested: number,
  cut: string | null,
): StoredPage {
  return { id, body, contentType, contentEncoding, headerCode, requested, cut, progress: 0 };
}

/** The code of an answer that provably holds no reports; `null`: it may hold some. */
function codeOfNothing({ body, headerCode }: ReceivedPage): string | null {
  if (body.length > MAX_SHORT_LENGTH) return null;
  const text = body.toString('latin1');
  return NOTHING.test(text) ? readToken(headerCode) : (NOTHING_HANDED_OUT.exec(text)?.[1] ?? null);
}
