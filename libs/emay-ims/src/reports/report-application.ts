import type { SqlSession } from '../database/ims-database.js';
import type { EventfulSession } from '../events/transaction-events.js';
import { GuardedLogger } from '../diagnostics/index.js';
import { REPORTED_UNSENT } from '../message-store/message-results-sql.js';
import type { AppliedReport } from '../messages/applied-report.js';
import type { AttemptEnds } from '../message-store/attempt-list.js';
import type { MessageResults } from '../message-store/message-results.js';
import type { MessageTraces } from '../message-store/message-trace.js';
import { isWrittenOtherwise, type DeliveryReport } from '../protocol/index.js';
import {
  matchReports,
  reportsByName,
  type Contradiction,
  type MatchedReports,
  type PageOf,
} from './report-matching.js';

/** The effect of some reports. */
export interface AppliedReports extends Pick<MatchedReports, 'unmatched'> {
  /** Reports that contradict a final state. */
  conflicts: number;
  /** Messages whose state changed. */
  applied: number;
  /** Messages never submitted from here; they are UNCONFIRMED now. */
  unconfirmed: number;
}

/** Matches reports to messages and raises their states, in the caller's transaction. */
export class ReportApplication {
  private readonly logger: GuardedLogger;

  constructor(
    private readonly messages: MessageResults,
    private readonly traces: MessageTraces,
  ) {
    this.logger = GuardedLogger.of(messages.account);
  }

  /**
   * Fast path: usually each report names another message by our id; then one statement is enough, without a look-up.
   *
   * @param page the batch that they came in
   */
  async apply(reports: readonly DeliveryReport[], session: EventfulSession, page: string): Promise<AppliedReports> {
    const moved = await this.messages.applyNamedReports(reportsByName(reports) ?? [], session, page);
    if (moved === reports.length) return { applied: moved, unconfirmed: 0, unmatched: [], conflicts: 0 };
    // Messages already changed are in their reports' states, so they neither change nor count again.
    const { applied, ...rest } = await this.applyMatched(reports, session, () => page);
    return { applied: moved + applied, ...rest };
  }

  /**
   * @param pageOf the batch that a report came in
   * @param around limits the search by gateway ID alone to attempts that ended in this range; default: no limit
   */
  async applyMatched(
    reports: readonly DeliveryReport[],
    session: EventfulSession,
    pageOf: PageOf,
    around?: AttemptEnds,
  ): Promise<AppliedReports> {
    const { applied, unsent, unmatched, contradictions, mayBeFirst } = await this.match(
      reports,
      session,
      pageOf,
      around,
    );
    const unconfirmed = await this.messages.markUnconfirmed(unsent, session);
    // The dispatcher may have claimed one since the look-up: then its report is an ordinary one.
    const raised = await this.messages.applyReports([...applied, ...unsent], session);
    await this.messages.noteReports(mayBeFirst, session);
    await this.traces.contradicted(contradictions.map(toTrace), session);
    return { applied: raised, unconfirmed, unmatched, conflicts: contradictions.length };
  }

  /** Another system, or this database before a restore, submitted these messages. They are not sent again; a person has to look. */
  logReportedUnsent(messages: number): void {
    if (messages === 0) return;
    this.logger.error(
      `Delivery reports name queued messages that were never submitted from here: ${messages}. They are UNCONFIRMED now and ` +
        'are not sent: was the database restored, or does another system send with the same ids?',
      { account: this.messages.account, messages, code: REPORTED_UNSENT },
    );
  }

  private async match(
    reports: readonly DeliveryReport[],
    session: SqlSession,
    pageOf: PageOf,
    around?: AttemptEnds,
  ): Promise<MatchedReports & { mayBeFirst: AppliedReport[] }> {
    const customImsIds = reports.flatMap(({ customImsId }) => customImsId ?? []);
    const named = await this.messages.findReported({ customImsIds, imsIds: [] }, session);
    const { unmatched } = matchReports(reports, named);
    const imsIds = unmatched.flatMap(({ imsId, mobile }) =>
      imsId === null || mobile === null ? [] : { ims_id: imsId, mobile },
    );
    // Last resort: no index covers the gateway's id alone.
    const alone = unmatched.filter(isFoundByImsIdAlone).flatMap(({ imsId }) => imsId ?? []);
    const byImsId = await this.messages.findReported({ customImsIds: [], imsIds }, session);
    const byImsIdAlone = await this.messages.findByImsIdAlone(alone, session, around);
    const known = [...named, ...byImsId, ...byImsIdAlone];
    const matched = matchReports(reports, known, pageOf);
    // Into these states nothing but a report leads.
    const haveOne = new Set(
      known.flatMap(({ customImsId, state }) =>
        state === 'DELIVERED' || state === 'UNDELIVERABLE' ? customImsId : [],
      ),
    );
    return { ...matched, mayBeFirst: matched.applied.filter(({ customImsId }) => !haveOne.has(customImsId)) };
  }
}

/** In words that need no translation: what was known, what the report says, its batch. */
function toTrace({ report, known }: Contradiction) {
  const { customImsId, reportState, state, page } = report;
  return { customImsId, code: reportState, detail: [known, state, page ?? ''].join(' ').trim() };
}

/** Whether the gateway's id alone may lead to its message: the report has no number, or one in another notation. */
export function isFoundByImsIdAlone({ imsId, mobile }: DeliveryReport): boolean {
  return imsId !== null && (mobile === null || isWrittenOtherwise(mobile));
}
