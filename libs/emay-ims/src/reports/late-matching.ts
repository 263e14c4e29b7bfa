import type { EventTransactions } from '../events/event-transactions.js';
import type { DeliveryReport } from '../protocol/index.js';
import { isFoundByImsIdAlone, type ReportApplication } from './report-application.js';
import type { UnmatchedReport, UnappliedReportStore } from './unapplied-report-store.js';

const REPORTS_AT_A_TIME = 500;
/** Portions in one run, so that it stays short however many unmatched reports there are. */
const MAX_PORTIONS = 4;
const LOOKED_AT = MAX_PORTIONS * REPORTS_AT_A_TIME;
/** How long after a report the outcome of its message may still be recorded, and with it the gateway's id. */
const RECORDED_WITHIN_MS = 15 * 60_000;

/**
 * Matches stored reports to messages that have turned up since.
 *
 * - By our id, or the gateway's with the number: an index finds the message, whenever it comes. The newest reports are looked at each time,
 *   all others in turn.
 * - By the gateway's id alone: no index. The id comes with the answer to a request that was in flight when the report came. So messages
 *   submitted around that time are searched, until their outcome must be recorded; once after the start, for all unmatched reports.
 */
export class LateMatching {
  /** Reports up to here have had their turn; `null`: the oldest are next. */
  private hadTurn: UnmatchedReport | null = null;
  /** Reports up to here need no further search by the gateway's id alone. */
  private done: UnmatchedReport | null = null;
  /** Where the next portion begins. */
  private reached: UnmatchedReport | null = null;

  constructor(
    private readonly events: EventTransactions,
    private readonly unappliedReports: UnappliedReportStore,
    private readonly application: ReportApplication,
    /** How long an attempt may last, in ms. */
    private readonly attemptLastsMs: number,
  ) {}

  /** Resolves to how many reports were matched. */
  async match(): Promise<number> {
    let total = await this.matchFound();
    for (let portion = 0; portion < MAX_PORTIONS; portion++) {
      const { unmatched, now } = await this.unappliedReports.findUnmatchedWithImsId(this.reached, REPORTS_AT_A_TIME);
      if (this.done !== null && this.done.createdAt > now) this.done = null; // The clock was set back.
      total += await this.apply(unmatched.filter(({ report }) => isFoundByImsIdAlone(report)));
      this.done = unmatched.findLast(({ createdAt }) => createdAt < now - RECORDED_WITHIN_MS) ?? this.done;
      this.reached = unmatched.length < REPORTS_AT_A_TIME ? this.done : (unmatched.at(-1) as UnmatchedReport);
      if (unmatched.length < REPORTS_AT_A_TIME) break;
    }
    return total;
  }

  private async matchFound(): Promise<number> {
    const newest = await this.unappliedReports.lookAtNewest(REPORTS_AT_A_TIME);
    const total = await this.apply(newest.withMessage);
    if (newest.last === null) return total;
    const { withMessage, last } = await this.unappliedReports.lookBehind(this.hadTurn, LOOKED_AT);
    this.hadTurn = last;
    // One transaction for each portion: their messages are locked until it ends.
    let others = 0;
    for (let start = 0; start < withMessage.length; start += REPORTS_AT_A_TIME) {
      others += await this.apply(withMessage.slice(start, start + REPORTS_AT_A_TIME));
    }
    return total + others;
  }

  private async apply(unmatched: readonly UnmatchedReport[]): Promise<number> {
    if (unmatched.length === 0) return 0;
    const came = unmatched.map(({ createdAt }) => createdAt);
    // The index lists submitted messages by the end of their attempt.
    const around = {
      from: Math.min(...came) - RECORDED_WITHIN_MS,
      to: Math.max(...came) + this.attemptLastsMs + RECORDED_WITHIN_MS,
    };
    const { count, unconfirmed } = await this.events.transaction(async (session) => {
      const reports = unmatched.map(({ report }) => report);
      const pages = new Map(unmatched.map(({ report, batchId }) => [report, batchId]));
      const pageOf = (report: DeliveryReport) => pages.get(report) ?? null;
      const applied = await this.application.applyMatched(reports, session, pageOf, around);
      const left = new Set(applied.unmatched);
      const matched = unmatched.filter(({ report }) => !left.has(report));
      await this.unappliedReports.forget(matched, session);
      return { count: matched.length, unconfirmed: applied.unconfirmed };
    });
    this.application.logReportedUnsent(unconfirmed);
    return count;
  }
}
