import type { ImsDatabase } from '../database/ims-database.js';
import type { AccountCircuit } from '../engine/account-circuit.js';
import type { Figures } from '../figures/figures.js';
import { REPORTED_UNSENT } from '../message-store/message-results-sql.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import type { KeptPages } from '../reports/kept-pages.js';
import type { ReportPoller } from '../reports/report-poller.js';
import type { DatabaseWakes } from '../wake/database-wakes.js';
import type { ImsAccountPulse } from './account-pulse.js';
import type { ImsAccountStatus } from './account-status.js';
import { findOldestReady } from './oldest-due.js';
import { readReportFlow } from './report-flow.js';

/** Up to so many doubts are read one by one; of more, the figures tell how many were never submitted. */
const FEW_DOUBTS = 1_000;

/** Reads how an account stands. */
export class StatusReader {
  /** The index is named, or MariaDB may read all messages of the account. */
  private readonly unconfirmed: string;

  constructor(
    private readonly database: ImsDatabase,
    private readonly options: ResolvedEmayImsOptions,
    private readonly circuit: AccountCircuit,
    private readonly poller: ReportPoller,
    private readonly pages: KeptPages,
    private readonly wakes: DatabaseWakes,
    private readonly figures: Pick<Figures, 'count'>,
  ) {
    this.unconfirmed = `FROM emay_ims_message ${database.dialect.through('emay_ims_message_outcome')}
      WHERE account = ? AND outcome = 'UNCONFIRMED'`;
  }

  /**
   * Two looks into an index, and one into a folder; counts nothing.
   *
   * @throws EmayImsStoreError where the database does not answer, or takes no writes any more: then nothing can be stored or sent
   */
  async pulse(): Promise<ImsAccountPulse> {
    const { name: account, dispatch, reports: polling } = this.options;
    await this.database.assertWritable();
    const oldest = await findOldestReady(this.database, account);
    const lease = await this.poller.leaseHolder();
    return {
      account,
      circuitOpenFor: this.circuit.reason,
      oldestDueAt: oldest && oldest.at,
      oldestDueForMs: oldest && oldest.forMs,
      dispatches: dispatch.enabled,
      listens: this.wakes.isListening,
      reportSource: polling.source,
      polls: polling.enabled && polling.source !== 'push',
      pollEveryMs: polling.enabled && polling.source !== 'push' && polling.cron === null ? polling.intervalMs : null,
      lastGoodPullAt: this.poller.lastGoodPullAt,
      lastGoodPullForMs: this.poller.lastGoodPullForMs,
      pollLease: lease === null ? 'nobody' : lease.isOurs ? 'this-instance' : 'another-instance',
      pollLeaseUntil: lease && lease.until,
      reportsBlockedFor: this.poller.blockedFor,
      setAsidePages: this.poller.setAsidePages,
      ...(await this.pages.spooled()),
    };
  }

  /** Counts what waits for somebody to look at it. */
  async status(): Promise<ImsAccountStatus> {
    const first = async (sql: string) =>
      (await this.database.rows(sql, [this.options.name], { isLong: true }))[0] ?? {};
    const pulse = await this.pulse();
    const messages = await first(`SELECT COUNT(*) AS unconfirmed ${this.unconfirmed}`);
    const unconfirmed = Number(messages.unconfirmed);
    const pages = await first(
      `SELECT COUNT(CASE WHEN state = 'LOST' THEN 1 END) AS lost, SUM(lost) AS lost_reports,
         COUNT(CASE WHEN state = 'UNREADABLE' THEN 1 END) AS unreadable
       FROM emay_ims_report_batch WHERE account = ? AND state IN ('LOST', 'UNREADABLE')`,
    );
    const reports = await first(
      `SELECT COUNT(CASE WHEN status = 'ORPHANED' THEN 1 END) AS orphaned,
         COUNT(CASE WHEN status = 'QUARANTINED' THEN 1 END) AS quarantined
       FROM emay_ims_report WHERE account = ? AND status IN ('ORPHANED', 'QUARANTINED')`,
    );
    const events = await first(
      `SELECT COUNT(CASE WHEN state = 'PENDING' THEN 1 END) AS pending,
         COUNT(CASE WHEN state = 'FAILED' THEN 1 END) AS failed
       FROM emay_ims_event WHERE account = ?`,
    );
    return {
      ...pulse,
      setAsidePages: await this.pages.countSetAside(),
      unconfirmed,
      reportedUnsent: await this.countReportedUnsent(unconfirmed),
      possibleLosses: Number(pages.lost),
      lostReportsAtMost: Number(pages.lost_reports ?? 0),
      unreadablePages: Number(pages.unreadable),
      lastPushAt: await this.poller.lastPushAt(),
      orphanedReports: Number(reports.orphaned),
      quarantinedReports: Number(reports.quarantined),
      ...(await readReportFlow(this.database, this.options.name)),
      pendingEvents: Number(events.pending),
      failedEvents: Number(events.failed),
    };
  }

  private async countReportedUnsent(unconfirmed: number): Promise<number> {
    const counted = unconfirmed > FEW_DOUBTS ? await this.figures.count('UNCONFIRMED', REPORTED_UNSENT) : null;
    if (counted !== null) return counted;
    const [row] = await this.database.rows(
      `SELECT COUNT(*) AS messages ${this.unconfirmed} AND code = ?`,
      [this.options.name, REPORTED_UNSENT],
      { isLong: true },
    );
    return Number(row?.messages);
  }
}
