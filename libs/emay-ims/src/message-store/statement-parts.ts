import type { RowColumns, SqlDialect } from '../database/sql-dialect.js';
import { IMS_MESSAGE_STATES, type ImsMessageState } from '../messages/message-state.js';

/** Rows that name a message by our id. */
export const ID_ROW: RowColumns = { custom_ims_id: 'varchar64' };

/** Not `m.state`, where rows are to find their messages by key: a planner may take that for a better way to find them. */
export const STATE = "COALESCE(m.state, '')";

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

/** The messages of ids. Parameters: ids, account. */
export function fromIds(dialect: SqlDialect): string {
  return `FROM ${dialect.rows(ID_ROW, 'r')} JOIN emay_ims_message AS m
    ON ${ofAccount(dialect)}`;
}

/** Columns of the message in a join. */
export function ofMessage(columns: readonly string[]): string {
  return columns.map((column) => `m.${column}`).join(', ');
}

/**
 * Rows of one statement are always in the order of their ids: whoever locks the same messages at the same time waits for
 * the other, and does not end in a deadlock.
 */
export function inIdOrder<Row extends { custom_ims_id: string }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((one, other) => (one.custom_ims_id < other.custom_ims_id ? -1 : 1));
}

export function idRows(customImsIds: readonly string[]): { custom_ims_id: string }[] {
  return inIdOrder(customImsIds.map((id) => ({ custom_ims_id: id })));
}
