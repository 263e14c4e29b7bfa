import type { PollEnd } from './page-puller.js';
import { addCounts, NOTHING_COUNTED, type ReportCounts } from './report-ingestor.js';

/** The result of a poll, summed over its report batches. */
export interface ReportPullResult extends ReportCounts {
  /** Answers received, the last and empty one included. */
  pages: number;
  /**
   * Why the pull ended early: the gateway's or the network's code; `NOT_APPLIED` where several pages could not be applied; `SPOOLED` while
   * the database is away; `LEASE_HELD` while another instance pulls; `SHUTTING_DOWN` where the application closes: what has not been asked
   * for stays at the gateway. `CUT_SHORT`, `UNREADABLE` or `UNDECIPHERABLE` (not of the account's key): the first page with a problem had
   * that one; it ended the pull only where all of it may be lost, or several brought nothing. `REPEATED_PAGE`: the gateway has handed out
   * the same page three times.
   */
  stoppedBy: string | null;
}

/** Batches are stored, but could not be applied. */
export const NOT_APPLIED = 'NOT_APPLIED';
const OVER_SPEED = 'ERROR_OVER_SPEED';
/** The gateway limits calls per second. If these waits do not help, another system is calling. */
const OVER_SPEED_PAUSES_MS = [1_000, 2_000];
/** Batches that fail to apply, or hold nothing readable, before polling pauses. */
const MAX_FAILED_PAGES = 3;

/** Polls in quick succession: what they have brought so far, and whether another one is to follow. */
export class PollSeries {
  readonly result: ReportPullResult = { pages: 0, ...NOTHING_COUNTED, stoppedBy: null };
  isOver = false;
  /** Whether the gateway has no more reports. */
  isEmptied = false;
  /** How long to wait before the next poll. */
  pauseMs = 0;
  private tooFast = 0;
  private failed = 0;

  /** @param emptiedBelow fewer reports than that show that the gateway has no more; 0: more may wait, however few took effect here */
  add({ page, isAnswered, stoppedBy }: PollEnd, emptiedBelow: number): void {
    if (isAnswered) this.result.pages++;
    if (page !== null) addCounts(this.result, page);
    this.pauseMs = stoppedBy === OVER_SPEED ? (OVER_SPEED_PAUSES_MS[this.tooFast++] ?? 0) : 0;
    if (this.pauseMs > 0) return;
    if (stoppedBy !== null) return this.end(stoppedBy);
    this.result.stoppedBy ??= page?.problem ?? null;
    const isFailed = page === null || (page.problem !== null && page.reports === 0);
    if (isFailed && ++this.failed === MAX_FAILED_PAGES) this.end(page === null ? NOT_APPLIED : this.result.stoppedBy);
    // A cut or unreadable batch does not show whether more wait.
    if (page?.problem === null && page.reports < emptiedBelow) {
      this.isEmptied = true;
      this.end(this.result.stoppedBy);
    }
  }

  /** Ends it for that reason, unless it has ended. */
  end(stoppedBy: string | null): void {
    if (this.isOver) return;
    this.isOver = true;
    this.result.stoppedBy = stoppedBy;
  }
}
