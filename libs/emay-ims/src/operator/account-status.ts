import type { ImsDatabase } from '../database/ims-database.js';
import type { AccountCircuit } from '../engine/account-circuit.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import type { ReportPoller } from '../reports/report-poller.js';
import { findOldestDue } from './oldest-due.js';

/** What an operator needs to know of an account at a glance. */
export interface ImsAccountStatus {
  account: string;
  /** Why this instance hands nothing over just now: the gateway's code or the network's; `null`: it does. */
  circuitOpenFor: string | null;
  /** Since when the oldest message that is due waits; `null`: none does. */
  oldestDueAt: Date | null;
  /** For how long it has waited, in ms, by the database's clock; `null`: none does. */
  oldestDueForMs: number | null;
  /** Messages whose outcome is not known: a report or a person settles them. */
  unconfirmed: number;
  /** Pulls whose answer never came, or not in whole: the reports in it are gone. */
  possibleLosses: number;
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
  /** Whether this instance sends what is queued (`dispatch.enabled`). */
  dispatches: boolean;
  /** Whether this instance pulls delivery reports on a schedule (`reports.enabled`). */
  polls: boolean;
  /** How often it does, in ms; `null`: by cron, or not at all. */
  pollEveryMs: number | null;
  /**
   * When a pull of this instance last got to the end of the gateway's queue, by this host's clock; `null`: none has since
   * it started. Of other instances' pulls only the lease tells.
   */
  lastGoodPullAt: Date | null;
  /**
   * Who holds the lease to pull: whoever does has begun a pull within the last minute or so (the lease outlasts one request by
   * 20 s); whether it went well, that instance knows. `nobody`: none has, or it gave the lease back.
   */
  pollLease: 'this-instance' | 'another-instance' | 'nobody';
  /** When that lease ends if nobody renews it, by the database's clock; `null`: nobody holds it. */
  pollLeaseUntil: Date | null;
}

/** Counts what waits for somebody to look at it. */
export async function readAccountStatus(
  database: ImsDatabase,
  { name: account, dispatch, reports: polling }: ResolvedEmayImsOptions,
  circuit: AccountCircuit,
  poller: ReportPoller,
): Promise<ImsAccountStatus> {
  const first = async (sql: string) => (await database.rows(sql, [account]))[0] ?? {};
  const messages = await first(
    `SELECT COUNT(*) AS unconfirmed FROM ${database.dialect.dueMessages} WHERE account = ? AND state = 'UNCONFIRMED'`,
  );
  const oldest = await findOldestDue(database, account);
  const pages = await first(
    `SELECT COUNT(CASE WHEN state = 'LOST' THEN 1 END) AS lost,
       COUNT(CASE WHEN state = 'UNREADABLE' THEN 1 END) AS unreadable
     FROM emay_ims_report_batch WHERE account = ? AND state IN ('LOST', 'UNREADABLE')`,
  );
  const reports = await first(
    `SELECT COUNT(CASE WHEN status = 'ORPHANED' THEN 1 END) AS orphaned,
       COUNT(CASE WHEN status = 'QUARANTINED' THEN 1 END) AS quarantined
     FROM emay_ims_report WHERE account = ?`,
  );
  const events = await first(
    `SELECT COUNT(CASE WHEN state = 'PENDING' THEN 1 END) AS pending,
       COUNT(CASE WHEN state = 'FAILED' THEN 1 END) AS failed
     FROM emay_ims_event WHERE account = ?`,
  );
  const lease = await poller.leaseHolder();
  return {
    account,
    circuitOpenFor: circuit.reason,
    oldestDueAt: oldest && oldest.at,
    oldestDueForMs: oldest && oldest.forMs,
    unconfirmed: Number(messages.unconfirmed),
    possibleLosses: Number(pages.lost),
    unreadablePages: Number(pages.unreadable),
    orphanedReports: Number(reports.orphaned),
    quarantinedReports: Number(reports.quarantined),
    pendingEvents: Number(events.pending),
    failedEvents: Number(events.failed),
    dispatches: dispatch.enabled,
    polls: polling.enabled,
    pollEveryMs: polling.enabled && polling.cron === null ? polling.intervalMs : null,
    lastGoodPullAt: poller.lastGoodPullAt,
    pollLease: lease === null ? 'nobody' : lease.isOurs ? 'this-instance' : 'another-instance',
    pollLeaseUntil: lease && lease.until,
  };
}
