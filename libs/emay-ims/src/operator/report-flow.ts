import type { ImsDatabase } from '../database/ims-database.js';
import { firstIdOf } from '../messages/ids.js';
import { newestBatch } from '../reports/newest-batch.js';

/** Whether the reports of what was accepted come here. */
export interface ImsReportFlow {
  /**
   * The share of the reports of the last 24 hours that no message answers to, 0 to 1; `null`: none came. Much of it says that
   * another system uses this AppId.
   */
  orphanedShare: number | null;
  /** When a report last came; `null`: none has, or its page is deleted. */
  lastReportAt: Date | null;
  /** Since when the oldest accepted message waits for its report; `null`: none does. */
  oldestUnreportedAt: Date | null;
  /** For how long, in ms, by the database's clock. Long, while `lastReportAt` is older still: reports go elsewhere. */
  oldestUnreportedForMs: number | null;
}

const DAY_MS = 24 * 3_600_000;

/** Reads what came within a day, and the accepted messages that wait: the more there are, the longer it takes. */
export async function readReportFlow(database: ImsDatabase, account: string): Promise<ImsReportFlow> {
  const { dialect } = database;
  const { now } = dialect;
  const first = async (sql: string, parameters: readonly unknown[]) =>
    (await database.rows(sql, parameters, { isLong: true }))[0] ?? {};
  const last = await first(`SELECT applied_at ${newestBatch(dialect, 'state', 'APPLIED')}`, [account]);
  const came = await first(
    // The id bounds what is read; machines whose clocks were wrong by less than a day count as well.
    `SELECT SUM(reports) AS reports FROM emay_ims_report_batch
     WHERE account = ? AND state = 'APPLIED' AND id >= ? AND applied_at >= ${now} - ${DAY_MS}`,
    [account, firstIdOf(Date.now() - 2 * DAY_MS)],
  );
  const orphaned = await first(
    `SELECT COUNT(*) AS reports FROM emay_ims_report
     WHERE account = ? AND status = 'ORPHANED' AND created_at >= ${now} - ${DAY_MS}`,
    [account],
  );
  // Not a join: SQLite, and PostgreSQL before it has statistics, would read all messages of the account for each attempt.
  const unreported = await first(
    `SELECT MIN((SELECT m.accepted_at FROM emay_ims_message AS m
       WHERE m.account = ? AND m.custom_ims_id = k.custom_ims_id AND m.state = 'ACCEPTED')) AS oldest, ${now} AS now
     FROM (${dialect.idsIn('emay_ims_attempt')}) AS k`,
    [account, account],
  );
  const reports = Number(came.reports ?? 0);
  const oldest = unreported.oldest === null || unreported.oldest === undefined ? null : Number(unreported.oldest);
  return {
    // An orphan that has found its message since is none any more.
    orphanedShare: reports === 0 ? null : Math.min(1, Number(orphaned.reports) / reports),
    lastReportAt: last.applied_at === null || last.applied_at === undefined ? null : new Date(Number(last.applied_at)),
    oldestUnreportedAt: oldest === null ? null : new Date(oldest),
    oldestUnreportedForMs: oldest === null ? null : Math.max(0, Number(unreported.now) - oldest),
  };
}
