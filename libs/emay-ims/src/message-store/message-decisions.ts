import type { ImsDatabase, SqlSession } from '../database/ims-database.js';
import type { RowColumns, RowsStatement, SqlDialect } from '../database/sql-dialect.js';
import type { EventfulSession } from '../events/transaction-events.js';
import { DueList } from './due-list.js';
import { FigureMarks } from './figure-marks.js';
import { MessageChanges, type MessageChange } from './message-changes.js';
import { resultsSql } from './message-results-sql.js';
import { MessageTraces, type Cancelled } from './message-trace.js';
import { ID_ROW, idRows, inIdOrder, ofAccount, STATE } from './statement-parts.js';

/** A message as somebody has seen it. */
export interface SeenMessage {
  customImsId: string;
  /** The attempt it was in; `null`: none. */
  attempt: string | null;
}

export const SEEN_ROW: RowColumns = { ...ID_ROW, attempt: 'varchar64' };

/** The statements of `MessageDecisions`; each comment lists its parameters in order. */
export function decisionsSql(dialect: SqlDialect) {
  const { now } = dialect;
  const { resend, giveUp } = resultsSql(dialect, { reportDeadlineMs: 0 });
  const cancel: RowsStatement = dialect.updateMessagesFromRows({
    columns: ID_ROW,
    set: { state: "'CANCELLED'", outcome: "'CANCELLED'", due_at: 'NULL', final_at: now },
    where: `${ofAccount(dialect)} AND ${STATE} = 'QUEUED'`,
  });
  // Rows first: otherwise MySQL also locks other messages.
  const join = dialect.name === 'mysql' ? 'STRAIGHT_JOIN' : 'JOIN';
  return {
    resend,
    giveUp,
    /** rows, account */
    cancel,
    /** rows, account, state */
    lockAsSeen: `SELECT m.custom_ims_id FROM ${dialect.rows(SEEN_ROW, 'r')} ${join} emay_ims_message AS m ON ${ofAccount(dialect)}
      WHERE ${STATE} = ? AND COALESCE(m.attempt, '') = COALESCE(r.attempt, '') ${dialect.lock('m')}`,
  };
}

/** A person's decision about many messages at once, as seen before: what has changed since is left alone. */
export class MessageDecisions {
  private readonly sql: ReturnType<typeof decisionsSql>;
  private readonly changes: MessageChanges;
  private readonly due: DueList;
  private readonly traces: MessageTraces;
  private readonly marks: FigureMarks;

  constructor(
    private readonly database: ImsDatabase,
    readonly account: string,
  ) {
    this.sql = decisionsSql(database.dialect);
    this.changes = new MessageChanges(database, account);
    this.due = new DueList(database, account);
    this.traces = new MessageTraces(database, account);
    this.marks = new FigureMarks(database, account);
  }

  /** Locks those that are still as they were seen, until the transaction ends; resolves to their ids. */
  async lockAsSeen(
    state: 'QUEUED' | 'UNCONFIRMED',
    seen: readonly SeenMessage[],
    session: SqlSession,
  ): Promise<string[]> {
    if (seen.length === 0) return [];
    const rows = seen.map(({ customImsId, attempt }) => ({
      custom_ims_id: customImsId,
      attempt: attempt ?? undefined,
    }));
    const encoded = this.database.dialect.encodeRows(SEEN_ROW, inIdOrder(rows));
    const locked = await session.rows(this.sql.lockAsSeen, [...encoded, this.account, state]);
    return locked.map((row) => String(row.custom_ims_id));
  }

  /** Of UNCONFIRMED messages that are locked: back into the queue. */
  async resend(customImsIds: readonly string[], session: EventfulSession): Promise<void> {
    await this.change(this.sql.resend, customImsIds, session);
    if (customImsIds.length > 0) await this.due.addQueued(customImsIds, session);
  }

  /** Of UNCONFIRMED messages that are locked: UNKNOWN. */
  giveUp(customImsIds: readonly string[], session: EventfulSession): Promise<void> {
    return this.change(this.sql.giveUp, customImsIds, session);
  }

  /** Of QUEUED messages that are locked. They stay listed until somebody claims them: that claim passes them over. */
  async cancel(customImsIds: readonly string[], cancelled: Cancelled, session: EventfulSession): Promise<void> {
    if (customImsIds.length === 0) return;
    const { sql, parameters } = this.sql.cancel.make({ rows: idRows(customImsIds), where: [this.account] });
    await session.run(sql, parameters);
    await this.traces.cancelled(customImsIds, cancelled, session);
  }

  private async change(change: MessageChange, ids: readonly string[], session: EventfulSession): Promise<void> {
    await this.changes.make(change, { rows: idRows(ids), where: [this.account] }, session);
    await this.marks.add(ids, session);
  }
}
