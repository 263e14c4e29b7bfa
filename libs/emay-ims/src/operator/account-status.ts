import type { ImsAccountPulse } from './account-pulse.js';
import type { ImsReportFlow } from './report-flow.js';

/** What an operator needs to know of an account at a glance. */
export interface ImsAccountStatus extends ImsAccountPulse, ImsReportFlow {
  /** Messages whose outcome is not known: a report or a person settles them. */
  unconfirmed: number;
  /** Of those, messages that a report says were sent, though not by this database: it was restored, or somebody else sends. */
  reportedUnsent: number;
  /** Pulls whose answer never came, or not in whole: the reports in it are gone. */
  possibleLosses: number;
  /** How many reports those may have held, at most. */
  lostReportsAtMost: number;
  /** Pages that could not be read; kept as they came. */
  unreadablePages: number;
  /** Reports that no message answers to. */
  orphanedReports: number;
  /** Reports that could not be read. */
  quarantinedReports: number;
  /** Events that wait for their durable handler, or that it is to be called with again. */
  pendingEvents: number;
  /** Events that their durable handler has failed at so often that it is not called with them any more. */
  failedEvents: number;
}
