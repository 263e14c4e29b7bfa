import type { EventTransactions } from '../events/event-transactions.js';
import { isFoundByImsIdAlone, type ReportApplication } from './report-application.js';
import type { UnmatchedReport, UnappliedReportStore } from './unapplied-report-store.js';

const REPORTS_AT_A_TIME = 500;
/** Portions of one sweep, so that it stays short however many strangers there are. */
const MAX_PORTIONS = 4;
/** How long after its report a send may still settle, and bring the gateway's id with it. */
const RECORDED_WITHIN_MS = 15 * 60_000;

/**
 * Gives unmatched to messages that have turned up since.
 *
 * - Where our id, or the gateway's with the number, leads to the message, an index does, too: it is found whenever it comes.
 * - The gateway's id alone has no index. It comes with the answer to a send that was under way when the report came, so the messages
 *   that left around that time are looked through, for as long as that send may settle; all unmatched once after the start.
 */
export class LateMatching {
  /** Orphans up to there need not be looked for any more by the gateway's id alone. */
  private done: UnmatchedReport | null = null;
  /** Where the next portion begins. */
  private reached: UnmatchedReport | null = null;

  constructor(
    private readonly events: EventTransactions,
    private readonly unappliedReports: UnappliedReportStore,
    private readonly application: ReportApplication,
    /** How long an attempt to hand over may last, in ms. */
    private readonly attemptLastsMs: number,
  ) {}

  /** Resolves to how many were adopted. */
  async match(): Promise<number> {
    const found = await this.unappliedReports.findUnmatchedWithMessage(REPORTS_AT_A_TIME);
    let adopted = await this.give(found);
    for (let portion = 0; portion < MAX_PORTIONS; portion++) {
      const { unmatched, now } = await this.unappliedReports.findUnmatchedWithImsId(this.reached, REPORTS_AT_A_TIME);
      if (this.done !== null && this.done.createdAt > now) this.done = null; // The clock was set back.
      adopted += await this.give(unmatched.filter(({ report }) => isFoundByImsIdAlone(report)));
      this.done = unmatched.findLast(({ createdAt }) => createdAt < now - RECORDED_WITHIN_MS) ?? this.done;
      this.reached = unmatched.length < REPORTS_AT_A_TIME ? this.done : (unmatched.at(-1) as UnmatchedReport);
      if (unmatched.length < REPORTS_AT_A_TIME) break;
    }
    return adopted;
  }

  private async give(unmatched: readonly UnmatchedReport[]): Promise<number> {
    if (unmatched.length === 0) return 0;
    const came = unmatched.map(({ createdAt }) => createdAt);
    // Listed by the end of their attempt.
    const around = {
      from: Math.min(...came) - RECORDED_WITHIN_MS,
      to: Math.max(...came) + this.attemptLastsMs + RECORDED_WITHIN_MS,
    };
    const { adopted, unconfirmed } = await this.events.transaction(async (session) => {
      const reports = unmatched.map(({ report }) => report);
      const applied = await this.application.applyMatched(reports, session, around);
      const left = new Set(applied.unmatched);
      const matched = unmatched.filter(({ report }) => !left.has(report));
      await this.unappliedReports.forget(matched, session);
      return { adopted: matched.length, unconfirmed: applied.unconfirmed };
    });
    this.application.logReportedUnsent(unconfirmed);
    return adopted;
  }
}
