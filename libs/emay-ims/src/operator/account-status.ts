import type { ImsDatabase } from '../database/ims-database.js';
import type { AccountCircuit } from '../engine/account-circuit.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { REPORTED_UNSENT } from '../message-store/message-result-sql.js';
import type { KeptPages } from '../reports/kept-pages.js';
import type { ReportPoller } from '../reports/report-poller.js';
import { readAccountPulse, type ImsAccountPulse } from './account-pulse.js';
import { readReportFlow, type ImsReportFlow } from './report-flow.js';

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

/** Counts what waits for somebody to look at it. */
export async function readAccountStatus(
  database: ImsDatabase,
  options: ResolvedEmayImsOptions,
  circuit: AccountCircuit,
  poller: ReportPoller,
  pagesKept: KeptPages,
): Promise<ImsAccountStatus> {
  const first = async (sql: string) => (await database.rows(sql, [options.name], { isLong: true }))[0] ?? {};
  const pulse = await readAccountPulse(database, options, circuit, poller, pagesKept);
  const messages = await first(
    `SELECT COUNT(*) AS unconfirmed, COUNT(CASE WHEN code = '${REPORTED_UNSENT}' THEN 1 END) AS reported_unsent
     FROM ${database.dialect.dueMessages} WHERE account = ? AND listed_as = 'UNCONFIRMED'`,
  );
  const pages = await first(
    `SELECT COUNT(CASE WHEN state = 'LOST' THEN 1 END) AS lost, SUM(lost) AS lost_reports,
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
  return {
    ...pulse,
    setAsidePages: await pagesKept.countSetAside(),
    unconfirmed: Number(messages.unconfirmed),
    reportedUnsent: Number(messages.reported_unsent),
    possibleLosses: Number(pages.lost),
    lostReportsAtMost: Number(pages.lost_reports ?? 0),
    unreadablePages: Number(pages.unreadable),
    orphanedReports: Number(reports.orphaned),
    quarantinedReports: Number(reports.quarantined),
    ...(await readReportFlow(database, options.name)),
    pendingEvents: Number(events.pending),
    failedEvents: Number(events.failed),
  };
}
