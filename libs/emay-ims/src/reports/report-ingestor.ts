import { isUtf8 } from 'node:buffer';
import type { EventTransactions } from '../events/event-transactions.js';
import type { EventfulSession } from '../events/transaction-events.js';
import { GuardedLogger, publishReportPage } from '../diagnostics/index.js';
import { failpoint } from '../failpoints/failpoint.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import {
  BLOCK_BYTES,
  isRefusedPoll,
  MAX_REPORTS_PER_REQUEST,
  type DeliveryReport,
  type MalformedReport,
} from '../protocol/index.js';
import { unsealed } from './page/sealed-page.js';
import { MAX_MALFORMED, PageReader, type PageReading, type ReportPart } from './page/page-reader.js';
import type { ReportApplication } from './report-application.js';
import { UNDECIPHERABLE, type AppliedPart, type PageEnd, type StoredPage } from './report-batch-store.js';
import { PUSH } from './page-columns.js';
import { logProblem, UNREADABLE } from './page-problem.js';
import type { ReportInbox } from './report-inbox.js';
import type { UnappliedReportStore } from './unapplied-report-store.js';

/** What came of the reports of a page, or of several. */
export interface ReportCounts {
  /** Reports that came, bad ones included. */
  reports: number;
  /** Messages whose state moved. */
  applied: number;
  /** Reports that no message answers to; kept. */
  orphaned: number;
  /** Reports that could not be read; kept. */
  quarantined: number;
  /** Reports that contradict a final state; the higher rank stands. */
  conflicts: number;
  /** Reports that may be lost, at most: their pages came in part or not at all. */
  lost: number;
}

/** What one page brought. */
export interface IngestedPage extends ReportCounts {
  /**
   * The gateway's error code where it answered with one, `UNREADABLE`, `UNDECIPHERABLE` (not of the account's key) or `CUT_SHORT`; `null` for
   * a whole page of reports.
   */
  problem: string | null;
}

export const NOTHING_COUNTED: ReportCounts = Object.freeze({
  reports: 0,
  applied: 0,
  orphaned: 0,
  quarantined: 0,
  conflicts: 0,
  lost: 0,
});
export function addCounts(total: ReportCounts, more: ReportCounts): void {
  for (const key of Object.keys(NOTHING_COUNTED) as (keyof ReportCounts)[]) total[key] += more[key];
}

/** A page that holds nothing. */
export const NO_REPORTS: IngestedPage = Object.freeze({ ...NOTHING_COUNTED, problem: null });
const NO_PART: ReportPart = { reports: [], malformed: [], more: 0, upTo: 0 };

/**
 * Applies stored pages to messages.
 *
 * - A page is applied in one transaction with its own end, so it takes effect once, however often it is tried. One that is longer
 *   than any the gateway hands out takes one for each part, and goes on where it was left.
 * - States only rise, so the order of pages, and of reports within them, does not matter.
 * - One bad report is set aside; the others are applied.
 */
export class ReportIngestor {
  private readonly reader: PageReader;
  private readonly logger: GuardedLogger;

  constructor(
    private readonly events: EventTransactions,
    private readonly inbox: ReportInbox,
    private readonly unappliedReports: UnappliedReportStore,
    private readonly application: ReportApplication,
    private readonly options: ResolvedEmayImsOptions,
  ) {
    this.reader = new PageReader(options);
    this.logger = GuardedLogger.of(options.name);
  }

  /** Ingests the pages that a crash or a failure left behind, for as long as `goOn` says so before each. */
  async *replay(goOn: () => Promise<boolean>): AsyncGenerator<IngestedPage> {
    for await (const page of this.inbox.waiting(goOn)) {
      const ingested = await this.ingest(page);
      if (ingested !== null) yield ingested;
    }
  }

  /** What a stored page says; `null`: it is not of today's key. */
  async read(stored: StoredPage): Promise<PageReading | null> {
    const { secretKey, http } = this.options;
    const page = unsealed(stored, secretKey, http.maxResponseBytes);
    return page && this.reader.read(page);
  }

  /** `null` where it could not be applied: that is noted, and stops no page behind it. */
  async ingest(page: StoredPage, reading = this.read(page)): Promise<IngestedPage | null> {
    try {
      return await this.apply(page, await reading);
    } catch (error) {
      await this.inbox.failed(page.id, error);
      return null;
    }
  }

  /** Whether the page is a no with a known code: the gateway has handed nothing out, and the page is not kept. */
  isRefused(page: Pick<StoredPage, 'cut' | 'source'>, { reports, problem }: IngestedPage): boolean {
    // What is pushed answers no request.
    if (page.source === PUSH) return false;
    return page.cut === null && reports === 0 && problem !== null && this.isRefusal(problem);
  }

  /** A known code other than `SUCCESS`, which nothing else stands beside. */
  isRefusal(code: string): boolean {
    return isRefusedPoll(code, this.options.protocol.answerCodes);
  }

  private async apply(page: StoredPage, reading: PageReading | null): Promise<IngestedPage> {
    if (reading === null) return this.keepSealed(page);
    const ingested: IngestedPage = { ...NO_REPORTS, problem: problemOf(reading, page) };
    if (reading.kind === 'error' && this.isRefused(page, ingested)) {
      await this.inbox.forget(page.id);
      return ingested;
    }
    if (reading.kind !== 'reports')
      return this.endUnread(page, ingested, isAllThere(page, reading) ? 'UNREADABLE' : 'LOST');
    const states = new Map<string, number>();
    const parts = reading.parts(page.progress)[Symbol.asyncIterator]();
    let isOurs = true;
    let from = page.progress;
    try {
      for (let part = await parts.next(); isOurs;) {
        const reports = part.done ? NO_PART : part.value;
        const following = part.done ? part : await parts.next();
        const to = Math.max(from, reports.upTo);
        const end = following.done ? endOf(page, reading) : null;
        isOurs = await this.ingestPart(page.id, reports, { from, to, end }, ingested);
        for (const { state } of isOurs ? reports.reports : []) states.set(state, (states.get(state) ?? 0) + 1);
        if (end !== null) break;
        part = following;
        from = to;
      }
    } finally {
      // A long page is unpacked as it is read: what unpacks it ends here, too.
      await parts.return?.();
    }
    if (ingested.reports > 0) publishReportPage(this.options.name, ingested, states);
    if (isOurs) this.logProblem(page, ingested);
    return ingested;
  }

  /** Not of today's key: once the key is right, `retryReportPages()` has it read again. Text, or less than a block, never is. */
  private async keepSealed(page: StoredPage): Promise<IngestedPage> {
    const ingested = { ...NO_REPORTS, problem: page.cut ?? UNDECIPHERABLE };
    const isHopeless = page.body.length < BLOCK_BYTES || isUtf8(page.body);
    const inTheClear = isHopeless ? await this.reader.read({ ...page, contentEncoding: null }) : null;
    return this.endUnread(page, ingested, inTheClear === null || isAllThere(page, inTheClear) ? 'UNREADABLE' : 'LOST');
  }

  private async endUnread(
    page: StoredPage,
    ingested: IngestedPage,
    state: 'UNREADABLE' | 'LOST',
  ): Promise<IngestedPage> {
    const lost = state === 'LOST' ? mostOf(page) : 0;
    const part = { from: page.progress, to: page.progress, end: { state, reports: 0, lost } };
    const isOurs = await this.events.transaction((session) => this.inbox.applied(page.id, part, session));
    if (isOurs) this.logProblem(page, { ...ingested, lost });
    return { ...ingested, lost };
  }

  private logProblem(page: StoredPage, ingested: IngestedPage): void {
    logProblem(this.logger, this.options.name, page, ingested);
  }

  /** Applies a part in one transaction with its own end. `false` where another instance is at this page. */
  private async ingestPart(
    id: string,
    { reports, malformed, more }: ReportPart,
    part: AppliedPart,
    ingested: IngestedPage,
  ): Promise<boolean> {
    const matched = await this.events.transaction(async (session) => {
      if (!(await this.inbox.applied(id, part, session))) return null;
      const applied = await this.application.apply(reports, session, id);
      await this.setAside(id, applied.unmatched, malformed, session);
      await failpoint('before-apply-commit');
      return applied;
    });
    if (matched === null) return false;
    ingested.reports += part.to - part.from;
    ingested.applied += matched.applied;
    this.application.logReportedUnsent(matched.unconfirmed);
    ingested.orphaned += matched.unmatched.length;
    ingested.quarantined += malformed.length + more;
    ingested.conflicts += matched.conflicts;
    ingested.lost += part.end?.lost ?? 0;
    return true;
  }

  private async setAside(
    pullId: string,
    unmatched: readonly DeliveryReport[],
    malformed: readonly MalformedReport[],
    session: EventfulSession,
  ): Promise<void> {
    const kept = await this.unappliedReports.keep(pullId, unmatched, malformed, session);
    const shared = { account: this.options.name, occurredAt: new Date(), pullId };
    for (const { position, customImsId, imsId, mobile, state: reportState } of unmatched) {
      if (!kept.has(position)) continue; // It has come before.
      const type = 'report.orphaned';
      const told = { ...shared, type, position, customImsId, imsId, mobile, reportState } as const;
      session.events?.add(`${pullId}:${position}`, told);
    }
    for (const { position, reason } of malformed) {
      if (!kept.has(position)) continue;
      session.events?.add(`${pullId}:${position}`, { ...shared, type: 'report.quarantined', position, reason });
    }
  }
}

/**
 * Whether the bytes of a page of which nothing is applied hold all that was handed out. An answer to its end does, or one that shows reports;
 * HTML or a piece of JSON may have come in place of a page. What is pushed is in nobody's place.
 */
function isAllThere({ cut, source }: StoredPage, { kind, code, items, malformed, isWhole, mayHoldMore }: PageReading) {
  if (source === PUSH) return true;
  if (cut !== null) return false;
  return kind === 'error' || items > malformed || mayHoldMore || (isWhole && code !== null);
}

function problemOf({ kind, code, items, isWhole, mayHoldMore }: PageReading, { cut }: StoredPage): string | null {
  // A no that hands something out is none.
  if (kind === 'error' && items === 0) return code;
  if (kind !== 'reports') return cut ?? UNREADABLE;
  if (!isWhole) return cut ?? 'CUT_SHORT';
  if (mayHoldMore) return UNREADABLE;
  return code === 'SUCCESS' ? null : code;
}

/** Whether a page holds all reports that were asked for, and nothing is wrong with it: more may wait at the gateway. */
export function isFull(page: StoredPage, reading: PageReading): boolean {
  if (reading.kind !== 'reports' || problemOf(reading, page) !== null) return false;
  return page.requested !== null && reading.items >= page.requested;
}

/** How a page ends once all of it is applied. */
function endOf(page: StoredPage, { isWhole, items, malformed, mayHoldMore }: PageReading): PageEnd {
  const lost = isWhole ? 0 : Math.max(0, mostOf(page) - items);
  const state = lost > 0 ? 'LOST' : mayHoldMore || malformed > MAX_MALFORMED ? 'UNREADABLE' : 'APPLIED';
  return { state, reports: items, lost };
}

/** How many reports a page may have held. */
function mostOf({ requested }: StoredPage): number {
  return requested ?? MAX_REPORTS_PER_REQUEST;
}
