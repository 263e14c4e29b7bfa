import { readDatabaseClock } from '../database/database-clock.js';
import type { ImsDatabase } from '../database/ims-database.js';
import { FigureStore, type PurgeStep } from '../figures/figure-store.js';
import { firstIdOf } from '../messages/ids.js';

/** How far a host's clock may be from the database's where an id, which begins with its time, ends the search. */
const CLOCK_SLACK_MS = 86_400_000;

/** Deletes, each time at most `limit` rows, what has been over for longer than `ageMs` by the database's clock. */
export class RetentionStore {
  private readonly figures: FigureStore;
  private readonly appliedPages: string;
  private readonly acknowledgedPages: string;
  private readonly orphanedReports: string;
  private readonly acknowledgedReports: string;
  private readonly failedEvents: string;

  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
  ) {
    this.figures = new FigureStore(database, account);
    const { dialect } = database;
    const { now } = dialect;
    const pages = (state: string) =>
      dialect.deleteFirst({
        table: 'emay_ims_report_batch',
        key: ['id'],
        index: 'emay_ims_report_batch_state',
        where: `account = ? AND state = '${state}' AND id < ? AND applied_at <= ${now} - ?`,
        orderBy: 'id',
      });
    this.appliedPages = pages('APPLIED');
    this.acknowledgedPages = pages('ACKNOWLEDGED');
    const reports = (status: string) =>
      dialect.deleteFirst({
        table: 'emay_ims_report',
        key: ['batch_id', 'position'],
        index: 'emay_ims_report_status',
        where: `account = ? AND status = '${status}' AND created_at <= ${now} - ?`,
        orderBy: 'created_at',
      });
    this.orphanedReports = reports('ORPHANED');
    this.acknowledgedReports = reports('ACKNOWLEDGED');
    this.failedEvents = dialect.deleteFirst({
      table: 'emay_ims_event',
      key: ['id'],
      index: 'PRIMARY',
      where: `account = ? AND state = 'FAILED' AND id < ? AND due_at <= ${now} - ?`,
      orderBy: 'id',
    });
  }

  /** By how much the database's clock is ahead of this machine's, in ms. On SQLite they are one. */
  async aheadMs(): Promise<number> {
    return (await readDatabaseClock(this.database.dialect, this.database)).getTime() - Date.now();
  }

  /** @param from the creation to begin at: what stays, such as UNKNOWN, may be years of messages before the first that goes */
  deleteMessages(ageMs: number, limit: number, from: number): Promise<PurgeStep> {
    return this.database.transaction((session) => this.figures.purge(ageMs, limit, from, session), { isLong: true });
  }

  /**
   * Traces of messages that are there no more, whoever deleted them; of at most `limit` messages.
   *
   * @param after begins behind this id; `''`: at the first
   * @returns the last id that was looked at; `null`: there are no more
   */
  async deleteTracesOfNone(after: string, limit: number): Promise<string | null> {
    const rows = await this.database.rows(
      'SELECT DISTINCT custom_ims_id FROM emay_ims_trace WHERE account = ? AND custom_ims_id > ? ORDER BY custom_ims_id LIMIT ?',
      [this.account, after, limit],
    );
    const [first, last] = [rows[0]?.custom_ims_id, rows.at(-1)?.custom_ims_id];
    if (first === undefined || last === undefined) return null;
    const range = [this.account, first, last];
    await this.delete(
      `DELETE FROM emay_ims_trace WHERE account = ? AND custom_ims_id BETWEEN ? AND ? AND NOT EXISTS (
         SELECT 1 FROM emay_ims_message AS m
         WHERE m.account = emay_ims_trace.account AND m.custom_ims_id = emay_ims_trace.custom_ims_id)`,
      range,
    );
    return rows.length < limit ? null : String(last);
  }

  /** Raw pages whose reports have all been applied or kept elsewhere. */
  deletePages(ageMs: number, limit: number): Promise<number> {
    // No page was applied before it was asked for: without that bound every page that is kept would be read.
    return this.delete(this.appliedPages, [this.account, newestIdOf(ageMs), ageMs, limit]);
  }

  /** Events that a durable handler has been failing at until it was not called any more. */
  deleteFailedEvents(ageMs: number, limit: number): Promise<number> {
    return this.delete(this.failedEvents, [this.account, newestIdOf(ageMs), ageMs, limit]);
  }

  /** Pages and reports that a person has acknowledged. */
  async deleteAcknowledged(ageMs: number, limit: number): Promise<number> {
    const pages = await this.delete(this.acknowledgedPages, [this.account, newestIdOf(ageMs), ageMs, limit]);
    return pages + (await this.delete(this.acknowledgedReports, [this.account, ageMs, limit]));
  }

  deleteOrphanedReports(ageMs: number, limit: number): Promise<number> {
    return this.delete(this.orphanedReports, [this.account, ageMs, limit]);
  }

  /** In a transaction for its isolation: on MySQL the default would lock the gaps between the rows as well. */
  private delete(sql: string, parameters: readonly unknown[]): Promise<number> {
    return this.database.transaction((session) => session.run(sql, parameters), { isLong: true });
  }
}

/** No id of what is older than that comes behind it. */
function newestIdOf(ageMs: number): string {
  return firstIdOf(Math.max(0, Date.now() - ageMs + CLOCK_SLACK_MS));
}
