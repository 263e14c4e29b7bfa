import type { ImsAccountStatus } from '../../operator/account-status.js';
import type { Advice } from '../api/figures.js';

/** A queue older than this is said to wait, in ms. */
const QUEUE_WAITS_MS = 300_000;
/** Orphans above this share hint at another system with the same AppId. */
const MANY_ORPHANS = 0.2;
const RANK = { error: 0, warning: 1, info: 2 } as const;

/** What is wrong now, worst first. */
export function adviceOf(status: ImsAccountStatus): Advice[] {
  const advice: Advice[] = [];
  const advise = (level: Advice['level'], id: string, isSo: boolean, values: Advice['values'] = {}) => {
    if (isSo) advice.push({ id, level, values });
  };
  const { circuitOpenFor, oldestDueForMs, reportsBlockedFor, spoolFailure, orphanedShare } = status;
  advise('error', 'circuit-open', circuitOpenFor !== null, { code: circuitOpenFor });
  advise('error', 'reports-blocked', reportsBlockedFor !== null, { code: reportsBlockedFor });
  advise('error', 'spool-failed', spoolFailure !== null, { code: spoolFailure });
  advise('error', 'set-aside', status.setAsidePages > 0, { pages: status.setAsidePages });
  const isWaiting = oldestDueForMs !== null && oldestDueForMs > QUEUE_WAITS_MS;
  advise('warning', 'queue-waits', isWaiting, { forMs: oldestDueForMs });
  advise('warning', 'reported-unsent', status.reportedUnsent > 0, { messages: status.reportedUnsent });
  const doubts = status.unconfirmed - status.reportedUnsent;
  advise('warning', 'doubts', doubts > 0, { messages: doubts });
  const { possibleLosses, lostReportsAtMost } = status;
  advise('warning', 'possible-losses', possibleLosses > 0, { pulls: possibleLosses, reports: lostReportsAtMost });
  advise('warning', 'unreadable-pages', status.unreadablePages > 0, { pages: status.unreadablePages });
  advise('warning', 'spooled-pages', status.spooledPages > 0, { pages: status.spooledPages });
  advise('warning', 'failed-events', status.failedEvents > 0, { events: status.failedEvents });
  advise('warning', 'quarantined', status.quarantinedReports > 0, { reports: status.quarantinedReports });
  const isMuch = orphanedShare !== null && orphanedShare > MANY_ORPHANS;
  advise('warning', 'many-orphans', isMuch, { share: orphanedShare });
  advise('info', 'dispatch-off', !status.dispatches);
  advise('info', 'polling-off', !status.polls);
  return advice.toSorted((one, other) => RANK[one.level] - RANK[other.level]);
}
