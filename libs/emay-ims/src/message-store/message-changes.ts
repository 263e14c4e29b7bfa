import type { ImsDatabase, SqlRow } from '../database/ims-database.js';
import type { RowsParameters, RowsStatement, SqlDialect, UpdateFromRows } from '../database/sql-dialect.js';
import { messageEvent } from '../events/message-event.js';
import type { EventfulSession } from '../events/transaction-events.js';
import type { ImsMessageState } from '../messages/message-state.js';
import { fromIds, ID_ROW, idRows, ofMessage } from './statement-parts.js';

/** Columns of an event. */
const CHANGED_COLUMNS = ['custom_ims_id', 'ims_id', 'mobile', 'state', 'code', 'report_state', 'report_description'];

/** An update that changes the state of messages. */
export interface MessageChange extends RowsStatement {
  /** The same with RETURNING. */
  returning: RowsStatement;
  /** Without RETURNING: locks the messages that the update will change. Same rows and conditions. */
  lock: RowsStatement;
}

/** Makes the change for one database. */
export function messageChange(dialect: SqlDialect, update: UpdateFromRows): MessageChange {
  const { columns, where } = update;
  const told = [...CHANGED_COLUMNS.map(dialect.returned), `${dialect.now} AS occurred_at`];
  // Rows first: otherwise MySQL also locks other messages.
  const lock = `SELECT m.custom_ims_id FROM ${dialect.rows(columns, 'r')} STRAIGHT_JOIN emay_ims_message AS m
      ON ${where} ${dialect.lock('m')}`;
  return {
    ...dialect.updateMessagesFromRows(update),
    returning: dialect.updateMessagesFromRows(update, told),
    lock: {
      make: ({ rows, where: conditions }) => ({
        sql: lock,
        parameters: [...dialect.encodeRows(columns, rows), ...conditions],
      }),
    },
  };
}

/** ids, account: what has just been changed, without RETURNING */
export function findChanged(dialect: SqlDialect): string {
  return `SELECT ${ofMessage(CHANGED_COLUMNS)}, ${dialect.now} AS occurred_at ${fromIds(dialect)}`;
}

/**
 * Changes states and, if there are listeners, adds an event for each changed message.
 *
 * - Without listeners, a change is one statement.
 * - With RETURNING, the statement returns what it changed. Without, the messages are locked first and read afterwards.
 */
export class MessageChanges {
  private readonly findChanged: string;

  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
  ) {
    this.findChanged = findChanged(database.dialect);
  }

  /** Resolves to how many messages changed. */
  async make(change: MessageChange, parameters: RowsParameters, session: EventfulSession): Promise<number> {
    if (parameters.rows.length === 0) return 0;
    const { events } = session;
    if (!events?.wantsMessages) {
      const { sql, parameters: bound } = change.make(parameters);
      return session.run(sql, bound);
    }
    const rows = this.database.dialect.hasReturning
      ? await rowsOf(change.returning, parameters, session)
      : await this.lockChangeAndRead(change, parameters, session);
    for (const row of rows) {
      const event = toEvent(this.account, row);
      if (event) events.add(event.customImsId, event);
    }
    return rows.length;
  }

  private async lockChangeAndRead(change: MessageChange, parameters: RowsParameters, session: EventfulSession) {
    const locked = await rowsOf(change.lock, parameters, session);
    if (locked.length === 0) return [];
    const { sql, parameters: bound } = change.make(parameters);
    await session.run(sql, bound);
    const ids = idRows(locked.map((row) => String(row.custom_ims_id)));
    return session.rows(this.findChanged, [...this.database.dialect.encodeRows(ID_ROW, ids), this.account]);
  }
}

function rowsOf(statement: RowsStatement, of: RowsParameters, session: EventfulSession): Promise<SqlRow[]> {
  const { sql, parameters } = statement.make(of);
  return session.rows(sql, parameters);
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
