import type { ImsAccountPulse } from './account-pulse.js';
import type { ImsReportFlow } from './report-flow.js';

/** An account's state at a glance, for somebody on call. */
export interface ImsAccountStatus extends ImsAccountPulse, ImsReportFlow {
  /** UNCONFIRMED messages: a report decides, or a person. */
  unconfirmed: number;
  /**
   * Those of them reported as sent, but never submitted from this database: it was restored, or another system sends. With more than
   * 1,000 UNCONFIRMED messages, as last counted in the background.
   */
  reportedUnsent: number;
  /** Possibly lost batches: the poll got no answer, or an incomplete one. */
  possibleLosses: number;
  /** How many reports they may have held, at most. */
  lostReportsAtMost: number;
  /** Batches that could not be parsed; kept as received. */
  unreadablePages: number;
  /** When the gateway last pushed reports, to any instance; `null`: never, or their batches are deleted. */
  lastPushAt: Date | null;
  /** Unmatched reports. */
  orphanedReports: number;
  /** Malformed reports. */
  quarantinedReports: number;
  /** Events that wait for a call of their durable handler, the first or another. */
  pendingEvents: number;
  /** Dead-lettered events: their durable handler used up all retries. */
  failedEvents: number;
}
