import type { ImsDatabase, SqlRow } from '../database/ims-database.js';
import type { RowValues } from '../database/sql-dialect.js';
import type { EventTransactions } from '../events/event-transactions.js';
import { messageEvent } from '../events/message-event.js';
import type { EventfulSession } from '../events/transaction-events.js';
import { ID_ROW, type MessageChange } from './message-change-sql.js';
import type { ImsMessageState } from '../messages/message-state.js';
import type { MessageSweep } from './message-sweep-sql.js';
import { idRows } from './statement-rows.js';

/** Messages of a sweep in one statement. */
const SWEPT_AT_A_TIME = 1_000;

interface ChangeParameters {
  rows: readonly RowValues[];
  where: readonly unknown[];
}

/**
 * Makes changes of state and, where somebody listens, notes each message that changed.
 *
 * - While nobody listens, a change is its one statement.
 * - Where the database has RETURNING, the statement tells what it changed. Where it has not, what is going to change is
 *   locked first and read afterwards.
 */
export class MessageChanges {
  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
    private readonly events: EventTransactions,
    private readonly findChanged: string,
  ) {}

  /** Resolves to how many messages changed. */
  async make(change: MessageChange, parameters: ChangeParameters, session: EventfulSession): Promise<number> {
    if (parameters.rows.length === 0) return 0;
    const { events } = session;
    if (!events?.wantsMessages) return session.run(change.sql, change.bind(parameters));
    const rows = this.database.dialect.hasReturning
      ? await session.rows(change.returning.sql, change.returning.bind(parameters))
      : await this.lockChangeAndRead(change, parameters, session);
    for (const row of rows) {
      const event = toEvent(this.account, row);
      if (event) events.add(event.customImsId, event);
    }
    return rows.length;
  }

  /**
   * All that are overdue, some at a time; resolves to how many.
   *
   * @param place parameters of where the overdue ones are listed
   * @param overdue parameters of what makes a message overdue
   * @param goOn asked before each step after the first
   */
  async sweep(
    sweep: MessageSweep,
    { place = [], overdue = [] }: { place?: readonly unknown[]; overdue?: readonly unknown[] } = {},
    goOn: () => boolean = () => true,
  ): Promise<number> {
    const where = [this.account, ...overdue];
    for (let total = 0; ;) {
      const found = await this.database.rows(sweep.find, [this.account, ...place, ...overdue, SWEPT_AT_A_TIME]);
      if (found.length === 0) return total;
      const rows = idRows(found.map((row) => String(row.custom_ims_id)));
      const swept = await this.events.step((session) => this.make(sweep.these, { rows, where }, session));
      total += swept;
      // None: somebody else has changed them in between, or is about to.
      if (found.length < SWEPT_AT_A_TIME || swept === 0 || !goOn()) return total;
    }
  }

  private async lockChangeAndRead(change: MessageChange, parameters: ChangeParameters, session: EventfulSession) {
    const locked = await session.rows(change.lock, change.bind(parameters));
    if (locked.length === 0) return [];
    await session.run(change.sql, change.bind(parameters));
    const ids = idRows(locked.map((row) => String(row.custom_ims_id)));
    return session.rows(this.findChanged, [...this.database.dialect.encodeRows(ID_ROW, ids), this.account]);
  }
}

function toEvent(account: string, row: SqlRow) {
  const text = (column: string) => (row[column] === null || row[column] === undefined ? null : String(row[column]));
  const message = {
    account,
    customImsId: String(row.custom_ims_id),
    imsId: text('ims_id'),
    mobile: String(row.mobile),
    state: row.state as ImsMessageState,
    code: text('code'),
    reportState: text('report_state'),
    reportDescription: text('report_description'),
  };
  return messageEvent(message, new Date(Number(row.occurred_at)));
}
