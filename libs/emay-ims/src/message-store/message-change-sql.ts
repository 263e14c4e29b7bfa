import type { RowColumns, SqlDialect, UpdateFromRows, UpdateStatement } from '../database/sql-dialect.js';
import { IMS_MESSAGE_STATES, type ImsMessageState } from '../messages/message-state.js';

/** Rows that name a message by our id. */
export const ID_ROW: RowColumns = { custom_ims_id: 'varchar64' };

/** Not `m.state`, where rows are to find their messages by key: a planner may take that for a better way to find them. */
export const STATE = "COALESCE(m.state, '')";

/** What an event tells of a message. */
export const CHANGED_COLUMNS = [
  'custom_ims_id',
  'ims_id',
  'mobile',
  'state',
  'code',
  'report_state',
  'report_description',
];

/** An update that brings messages into another state. */
export interface MessageChange extends UpdateStatement {
  /** The same, returning what it has changed (has RETURNING). */
  returning: UpdateStatement;
  /** Where there is no RETURNING: locks the messages that it is going to change. Same rows and conditions. */
  lock: string;
}

/** The states of which something holds, for an `IN`. */
export function statesThat(holds: (state: ImsMessageState) => boolean): string {
  return IMS_MESSAGE_STATES.filter(holds)
    .map((state) => `'${state}'`)
    .join(', ');
}

/** How a row finds its message. */
export function ofAccount(dialect: SqlDialect): string {
  return `${dialect.accountIs('custom_ims_id')} AND m.custom_ims_id = r.custom_ims_id`;
}

/** Makes the change for one database. */
export function messageChange(dialect: SqlDialect, update: UpdateFromRows): MessageChange {
  const { sql, bind } = dialect.updateMessagesFromRows(update, CHANGED_COLUMNS);
  return {
    ...dialect.updateMessagesFromRows(update),
    returning: { sql: `${sql}, ${dialect.now} AS occurred_at`, bind },
    // Rows first, as in the update: MySQL would else lock messages of others on its way.
    lock: `SELECT m.custom_ims_id FROM ${dialect.rows(update.columns, 'r')} STRAIGHT_JOIN emay_ims_message AS m
      ON ${update.where} FOR UPDATE`,
  };
}
