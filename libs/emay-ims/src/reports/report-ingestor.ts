import type { SqlSession } from '../database/ims-database.js';
import type { EventTransactions } from '../events/event-transactions.js';
import type { EventfulSession } from '../events/transaction-events.js';
import { publishReportPage } from '../diagnostics/index.js';
import { failpoint } from '../failpoints/failpoint.js';
import type { MessageStore } from '../messages/message-store.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { decodeReportAnswer, type DeliveryReport, type MalformedReport, type ReportAnswer } from '../protocol/index.js';
import type { ReportInbox, StoredPage } from './report-inbox.js';
import { matchReports, reportsByName, type MatchedReports } from './report-matching.js';
import type { SecondLookStore } from './second-look-store.js';

/** What one page brought. */
export interface IngestedPage {
  /** Reports in the page, bad ones included. */
  reports: number;
  /** Messages whose state moved. */
  applied: number;
  orphaned: number;
  quarantined: number;
  conflicts: number;
  /** The gateway's error code where it answered with one, or `UNREADABLE`; `null` for a page of reports. */
  problem: string | null;
}

const ORPHANS_AT_A_TIME = 500;

/**
 * Applies stored pages to messages.
 *
 * - A page is applied in one transaction with its own end, so it takes effect once, however often it is tried.
 * - States only rise, so the order of pages, and of reports within them, does not matter.
 * - One bad report is set aside; the others are applied.
 */
export class ReportIngestor {
  constructor(
    private readonly events: EventTransactions,
    private readonly store: MessageStore,
    private readonly inbox: ReportInbox,
    private readonly secondLook: SecondLookStore,
    private readonly options: ResolvedEmayImsOptions,
  ) {}

  ingest({ id, body }: StoredPage): Promise<IngestedPage> {
    // Nobody keeps the text while the page is applied: V8 gives a long one that outlives a collection back late.
    return this.ingestAnswer(id, decodeReportAnswer(String(body), this.options.protocol));
  }

  private async ingestAnswer(id: string, answer: ReportAnswer): Promise<IngestedPage> {
    if (answer.kind !== 'success') {
      const problem = answer.kind === 'error' ? answer.code : 'UNREADABLE';
      await this.inbox.finish(id, 'UNREADABLE', 0);
      return { reports: 0, applied: 0, orphaned: 0, quarantined: 0, conflicts: 0, problem };
    }
    const { reports, malformed } = answer;
    const ingested = await this.events.transaction(async (session) => {
      const total = reports.length + malformed.length;
      const ours = await this.inbox.finish(id, 'APPLIED', total, session);
      if (!ours) return { reports: 0, applied: 0, orphaned: 0, quarantined: 0, conflicts: 0, problem: null };
      const { applied, orphans, conflicts } = await this.apply(reports, session);
      await this.setAside(id, orphans, malformed, session);
      await failpoint('before-apply-commit');
      return {
        reports: total,
        applied,
        orphaned: orphans.length,
        quarantined: malformed.length,
        conflicts,
        problem: null,
      };
    });
    if (ingested.reports > 0) publishReportPage(this.options.name, ingested, reports);
    return ingested;
  }

  /** Most pages hold one report for each of so many messages: then one statement is enough, and nothing to look up. */
  private async apply(
    reports: readonly DeliveryReport[],
    session: EventfulSession,
  ): Promise<Omit<MatchedReports, 'applied'> & { applied: number }> {
    const moved = await this.store.applyNamedReports(reportsByName(reports) ?? [], session);
    if (moved === reports.length) return { applied: moved, orphans: [], conflicts: 0 };
    // Those that moved stand where their reports want them, so they neither move nor count again.
    const { applied, orphans, conflicts } = await this.match(reports, session);
    return { applied: moved + (await this.store.applyReports(applied, session)), orphans, conflicts };
  }

  private async setAside(
    pullId: string,
    orphans: readonly DeliveryReport[],
    malformed: readonly MalformedReport[],
    session: EventfulSession,
  ): Promise<void> {
    await this.secondLook.keep(pullId, orphans, malformed, session);
    const shared = { account: this.store.account, occurredAt: new Date(), pullId };
    for (const { position, customImsId, imsId, mobile, state: reportState } of orphans) {
      const type = 'report.orphaned';
      const told = { ...shared, type, position, customImsId, imsId, mobile, reportState } as const;
      session.events?.add(`${pullId}:${position}`, told);
    }
    for (const { position, reason } of malformed) {
      session.events?.add(`${pullId}:${position}`, { ...shared, type: 'report.quarantined', position, reason });
    }
  }

  /** Applies orphans whose message has turned up since; resolves to how many. */
  async adoptOrphans(): Promise<number> {
    const found = await this.secondLook.findOrphansWithMessage(ORPHANS_AT_A_TIME);
    if (found.length === 0) return 0;
    return this.events.transaction(async (session) => {
      const { applied, orphans } = await this.match(
        found.map(({ report }) => report),
        session,
      );
      await this.store.applyReports(applied, session);
      const adopted = found.filter(({ report }) => !orphans.includes(report));
      for (const orphan of adopted) await this.secondLook.forget(orphan, session);
      return adopted.length;
    });
  }

  private async match(reports: readonly DeliveryReport[], session: SqlSession): Promise<MatchedReports> {
    const customImsIds = reports.flatMap(({ customImsId }) => customImsId ?? []);
    const named = await this.store.findReported({ customImsIds, imsIds: [] }, session);
    const { orphans } = matchReports(reports, named);
    const imsIds = orphans.flatMap(({ imsId, mobile }) =>
      imsId === null || mobile === null ? [] : { ims_id: imsId, mobile },
    );
    const alone = orphans.flatMap(({ imsId, mobile }) => (imsId === null || mobile !== null ? [] : imsId));
    const byImsId = await this.store.findReported({ customImsIds: [], imsIds }, session);
    const byImsIdAlone = await this.store.findByImsIdAlone(alone, session);
    return matchReports(reports, [...named, ...byImsId, ...byImsIdAlone]);
  }
}
