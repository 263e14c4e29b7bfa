import type { RowColumns, SqlDialect } from '../database/sql-dialect.js';
import { statesThat } from '../message-store/statement-parts.js';
import { isFinal } from '../messages/message-state.js';
import { beginningSql } from '../protocol/index.js';
import { SPAN_MS, type Unit } from './spans.js';
import { NOT_TAKEN, tookSql } from './took.js';

/** States that messages leave on their usual way, without a mark. */
const UNFINISHED = statesThat((state) => !isFinal(state) && state !== 'UNKNOWN');

/** A count to add to a figure. */
export const FIGURE_ROW: RowColumns = {
  span: 'varchar64',
  slot: 'bigint',
  country: 'varchar64',
  state: 'varchar64',
  code: 'varchar64',
  took: 'bigint',
  messages: 'bigint',
  purged: 'bigint',
};
const FIGURE_COLUMNS = Object.keys(FIGURE_ROW);
const FIGURE_KEY = ['account', ...FIGURE_COLUMNS.slice(0, -2)];

export const UNIT_ROW: RowColumns = { slot: 'bigint', next_at: 'bigint' };

/** What figures know of a message `m`. */
const TRAITS = `${beginningSql('m.mobile')} AS beginning, m.state, m.code,
  CASE WHEN m.state = 'DELIVERED' AND m.submitted_at IS NOT NULL AND m.final_at IS NOT NULL
    THEN ${tookSql('(m.final_at - m.submitted_at)')} ELSE ${NOT_TAKEN} END AS took`;

/** The statements of this room; each comment lists its parameters in order. */
export function figureSql(dialect: SqlDialect) {
  const { now } = dialect;
  const messages = `emay_ims_message AS m ${dialect.through('emay_ims_message_created')}`;
  // MariaDB sorts groups where nobody says so.
  const unsorted = dialect.name === 'mysql' ? ' ORDER BY NULL' : '';
  return {
    /** account, from, to, offset: the time now, and that of a message so many behind the first of a range */
    findPart: `SELECT ${now} AS now, (SELECT m.created_at FROM ${messages}
      WHERE m.account = ? AND m.created_at >= ? AND m.created_at < ? ORDER BY m.created_at LIMIT 1 OFFSET ?) AS ends_at`,
    /** account, to, offset: that of a message so many before the end of a range */
    findEarlier: `SELECT m.created_at AS begins_at FROM ${messages}
      WHERE m.account = ? AND m.created_at < ? ORDER BY m.created_at DESC LIMIT 1 OFFSET ?`,
    /** account, from, to */
    count: (
      unit: Unit,
    ) => `SELECT m.created_at - m.created_at % ${SPAN_MS[unit]} AS slot, ${TRAITS}, COUNT(*) AS messages,
        MAX(CASE WHEN m.state IN (${UNFINISHED}) THEN COALESCE(m.submitted_at, m.created_at) END) AS latest,
        MIN(CASE WHEN m.state = 'QUEUED' THEN m.due_at END) AS ready_at
      FROM ${messages} WHERE m.account = ? AND m.created_at >= ? AND m.created_at < ? GROUP BY 1, 2, 3, 4, 5${unsorted}`,

    /** account */
    findRun: `SELECT counter, minutes_from, counted_from, as_of, ${now} AS now FROM emay_ims_figure_run WHERE account = ?`,
    /** account */
    lockRun: `SELECT counter, minutes_from, counted_from FROM emay_ims_figure_run WHERE account = ? ${dialect.lock()}`,
    /** account, counter, minutes_from, counted_from, account */
    addRun: dialect.insertNew(
      'emay_ims_figure_run',
      ['account', 'counter', 'minutes_from', 'counted_from', 'as_of'],
      `SELECT r.account, ?, CAST(? AS ${dialect.bigint}), CAST(? AS ${dialect.bigint}), 0 FROM ${dialect.rows({ account: 'varchar64' }, 'r')}`,
    ),
    /** counter, account */
    takeRun: 'UPDATE emay_ims_figure_run SET counter = ? WHERE account = ?',
    /** counted_from, account */
    countedFrom: 'UPDATE emay_ims_figure_run SET counted_from = ? WHERE account = ?',
    /** minutes_from, account */
    minutesFrom: 'UPDATE emay_ims_figure_run SET minutes_from = ? WHERE account = ?',
    /** as_of, account */
    asOf: 'UPDATE emay_ims_figure_run SET as_of = ? WHERE account = ?',

    /** account, span, from, to */
    findFigures: `SELECT slot, country, state, code, took, messages FROM emay_ims_figure
      WHERE account = ? AND span = ? AND slot >= ? AND slot < ?`,
    /** account, rows */
    addFigures: dialect.insertAdding(
      'emay_ims_figure',
      ['account', ...FIGURE_COLUMNS],
      FIGURE_KEY,
      ['messages', 'purged'],
      `SELECT ?, ${ofRows(FIGURE_ROW)} FROM ${dialect.rows(FIGURE_ROW, 'r')}`,
    ),
    /** account, span, from, to: those that count nothing any more */
    deleteEmpty: `DELETE FROM emay_ims_figure WHERE account = ? AND span = ? AND slot >= ? AND slot < ? AND messages = 0 AND purged = 0`,
    /** account, span, from, to */
    deleteFigures: 'DELETE FROM emay_ims_figure WHERE account = ? AND span = ? AND slot >= ? AND slot < ?',

    /** account, unit, from, to */
    findUnits: `SELECT slot FROM emay_ims_figure_unit WHERE account = ? AND unit = ? AND slot >= ? AND slot < ? ORDER BY slot`,
    /** account, limit: those that are to be counted now */
    findDueUnits: `SELECT unit, slot FROM emay_ims_figure_unit WHERE account = ? AND next_at <= ${now} ORDER BY next_at LIMIT ?`,
    /** account, unit, slot */
    findNextUnit: 'SELECT MIN(slot) AS slot FROM emay_ims_figure_unit WHERE account = ? AND unit = ? AND slot > ?',
    /** account, unit, slot */
    findLastUnit: 'SELECT MAX(slot) AS slot FROM emay_ims_figure_unit WHERE account = ? AND unit = ? AND slot <= ?',
    /** account, unit, from, to */
    deleteUnits: 'DELETE FROM emay_ims_figure_unit WHERE account = ? AND unit = ? AND slot >= ? AND slot < ?',
    /** account, unit, counted_at, rows */
    addUnits: dialect.insertNew(
      'emay_ims_figure_unit',
      ['account', 'unit', 'counted_at', 'slot', 'next_at'],
      `SELECT ?, ?, CAST(? AS ${dialect.bigint}), ${ofRows(UNIT_ROW)} FROM ${dialect.rows(UNIT_ROW, 'r')}`,
    ),
    /** account: units that were counted in the future, as the clock was set back */
    countFutureNow: `UPDATE emay_ims_figure_unit SET next_at = 0, counted_at = ${now} WHERE account = ? AND counted_at > ${now}`,

    /** account, limit */
    findMarks: 'SELECT slot, id FROM emay_ims_figure_mark WHERE account = ? ORDER BY slot DESC LIMIT ?',
    deleteMarks: (account: string, slot: number, ids: readonly string[]) =>
      dialect.deleteListed({
        table: 'emay_ims_figure_mark',
        common: { account, slot },
        column: 'id',
        type: 'varchar64',
        values: ids,
      }),
    /** account, slot, id */
    addMark: 'INSERT INTO emay_ims_figure_mark (account, slot, id) VALUES (?, ?, ?)',

    /** account, creation to begin at, age twice, limit: what is final and old, oldest first. Locks it. */
    lockFinal: `SELECT m.custom_ims_id, m.created_at, ${TRAITS} FROM ${messages}
      WHERE m.account = ? AND m.created_at >= ? AND m.created_at <= ${now} - ? AND m.state IN (${statesThat(isFinal)}) AND m.final_at <= ${now} - ?
      ORDER BY m.created_at, m.custom_ims_id LIMIT ? ${dialect.lockSkippingLocked()}`,
    deleteMessages: (account: string, ids: readonly string[]) =>
      dialect.deleteListed({
        table: 'emay_ims_message',
        common: { account },
        column: 'custom_ims_id',
        type: 'varchar64',
        values: ids,
      }),

    /** account: forgets all counts but those of what was purged */
    deleteUnpurged: 'DELETE FROM emay_ims_figure WHERE account = ? AND purged = 0',
    /** account */
    zero: 'UPDATE emay_ims_figure SET messages = 0 WHERE account = ? AND messages <> 0',
    /** account */
    deleteAllUnits: 'DELETE FROM emay_ims_figure_unit WHERE account = ?',
  };
}

function ofRows(columns: RowColumns): string {
  return Object.keys(columns)
    .map((column) => `r.${column}`)
    .join(', ');
}
