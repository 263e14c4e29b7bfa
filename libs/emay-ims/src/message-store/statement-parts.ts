import type { RowColumns, SqlDialect } from '../database/sql-dialect.js';
import { IMS_MESSAGE_STATES, type ImsMessageState } from '../messages/message-state.js';

/** Rows that identify a message by our id. */
export const ID_ROW: RowColumns = { custom_ims_id: 'varchar64' };

/** Instead of `m.state`, so that planners find messages by key and not by state. */
export const STATE = "COALESCE(m.state, '')";

/** The states for which `holds` is true, for an `IN`. */
export function statesThat(holds: (state: ImsMessageState) => boolean): string {
  return IMS_MESSAGE_STATES.filter(holds)
    .map((state) => `'${state}'`)
    .join(', ');
}

/** Join condition of a row and its message. */
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
 * Rows of every statement are in id order: concurrent statements on the same messages then wait for each other instead of deadlocking.
 */
export function inIdOrder<Row extends { custom_ims_id: string }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((one, other) => (one.custom_ims_id < other.custom_ims_id ? -1 : 1));
}

export function idRows(customImsIds: readonly string[]): { custom_ims_id: string }[] {
  return inIdOrder(customImsIds.map((id) => ({ custom_ims_id: id })));
}
