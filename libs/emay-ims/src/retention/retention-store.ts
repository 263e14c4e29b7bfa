import type { ImsDatabase } from '../database/ims-database.js';

/** States that nothing will change any more; UNKNOWN is among them, because no report follows so late. */
const SETTLED = "'REJECTED', 'UNDELIVERABLE', 'DELIVERED', 'UNKNOWN', 'CANCELLED', 'EXPIRED'";

/** Deletes, each time at most `limit` rows, what has been settled for longer than `ageMs` by the database's clock. */
export class RetentionStore {
  private readonly settledMessages: string;
  private readonly appliedPages: string;
  private readonly orphanedReports: string;

  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
  ) {
    const { dialect } = database;
    const { now } = dialect;
    this.settledMessages = dialect.deleteFirst({
      table: 'emay_ims_message',
      key: ['account', 'custom_ims_id'],
      // Nothing is settled before it is made, so this leads from the oldest on.
      index: 'emay_ims_message_created',
      where: `account = ? AND created_at <= ${now} - ? AND state IN (${SETTLED})
        AND COALESCE(final_at, accepted_at, created_at) <= ${now} - ?`,
      orderBy: 'created_at, custom_ims_id',
    });
    this.appliedPages = dialect.deleteFirst({
      table: 'emay_ims_report_batch',
      key: ['id'],
      index: 'emay_ims_report_batch_state',
      where: `account = ? AND state = 'APPLIED' AND applied_at <= ${now} - ?`,
      orderBy: 'id',
    });
    this.orphanedReports = dialect.deleteFirst({
      table: 'emay_ims_report',
      key: ['batch_id', 'position'],
      index: 'emay_ims_report_status',
      where: `account = ? AND status = 'ORPHANED' AND created_at <= ${now} - ?`,
      orderBy: 'created_at',
    });
  }

  deleteMessages(ageMs: number, limit: number): Promise<number> {
    return this.delete(this.settledMessages, [this.account, ageMs, ageMs, limit]);
  }

  /** Raw pages whose reports have all been applied or kept elsewhere. */
  deletePages(ageMs: number, limit: number): Promise<number> {
    return this.delete(this.appliedPages, [this.account, ageMs, limit]);
  }

  deleteOrphanedReports(ageMs: number, limit: number): Promise<number> {
    return this.delete(this.orphanedReports, [this.account, ageMs, limit]);
  }

  /** In a transaction for its isolation: on MySQL the default would lock the gaps between the rows as well. */
  private delete(sql: string, parameters: readonly unknown[]): Promise<number> {
    return this.database.transaction((session) => session.run(sql, parameters));
  }
}
