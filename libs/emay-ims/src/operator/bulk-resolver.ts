import type { ImsDatabase, SqlSession } from '../database/ims-database.js';
import type { RowColumns } from '../database/sql-dialect.js';
import type { EventfulSession } from '../events/transaction-events.js';
import type { MessageDecisions, SeenMessage } from '../message-store/message-decisions.js';
import { newToken } from '../messages/ids.js';
import type { ResolutionDecision } from './ims-resolution.entity.js';

const RESOLUTION_ROW: RowColumns = { id: 'varchar64', custom_ims_id: 'varchar64' };

/** What one person has decided. */
export interface BulkDecision {
  decision: ResolutionDecision | 'cancel';
  by: string;
  reason: string;
  /** Its entry of the audit. */
  auditId: string | null;
}

/** Decisions of one person about many messages; each UNCONFIRMED one has its row in `emay_ims_resolution`. */
export class BulkResolver {
  constructor(
    private readonly database: ImsDatabase,
    private readonly decisions: MessageDecisions,
  ) {}

  /** Decides about those that are still as they were seen, in the caller's transaction; resolves to their ids. */
  async resolve(
    seen: readonly SeenMessage[],
    { decision, by, reason, auditId }: BulkDecision,
    session: EventfulSession,
  ): Promise<string[]> {
    const state = decision === 'cancel' ? 'QUEUED' : 'UNCONFIRMED';
    const ids = await this.decisions.lockAsSeen(state, seen, session);
    if (ids.length === 0) return ids;
    if (decision === 'cancel') {
      await this.decisions.cancel(ids, { by, auditId }, session);
      return ids;
    }
    await (decision === 'resend' ? this.decisions.resend(ids, session) : this.decisions.giveUp(ids, session));
    await this.note(ids, [decision, by, reason, auditId], session);
    return ids;
  }

  private async note(ids: readonly string[], what: readonly (string | null)[], session: SqlSession): Promise<void> {
    const { dialect } = this.database;
    const rows = ids.map((id) => ({ id: newToken(), custom_ims_id: id }));
    await session.run(
      `INSERT INTO emay_ims_resolution (id, account, custom_ims_id, decision, decided_by, reason, audit_id, decided_at)
       SELECT r.id, ?, r.custom_ims_id, ?, ?, ?, ?, ${dialect.now} FROM ${dialect.rows(RESOLUTION_ROW, 'r')}`,
      [this.decisions.account, ...what, ...dialect.encodeRows(RESOLUTION_ROW, rows)],
    );
  }
}
