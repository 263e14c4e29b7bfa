import type { ImsDatabase, SqlSession } from '../database/ims-database.js';
import { newToken } from '../messages/ids.js';
import { fromIds, ID_ROW, idRows } from './statement-parts.js';

const MINUTE_MS = 60_000;

/**
 * `emay_ims_figure_mark`: minutes whose messages are to be counted again, as one that was finished has changed. What is unfinished is counted
 * again and again anyway.
 *
 * - Call it in the transaction that changes the messages, afterwards. Only off the usual way.
 * - Each call has rows of its own: nobody waits for another's.
 */
export class FigureMarks {
  private readonly sql: string;

  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
  ) {
    const { dialect } = database;
    /** mark, ids, account */
    this.sql = `INSERT INTO emay_ims_figure_mark (account, slot, id)
      SELECT account, slot, ? FROM (
        SELECT DISTINCT m.account, m.created_at - m.created_at % ${MINUTE_MS} AS slot ${fromIds(dialect)}
      ) AS changed`;
  }

  /** Marks the minutes in which these messages were created. */
  async add(customImsIds: readonly string[], session: SqlSession): Promise<void> {
    if (customImsIds.length === 0) return;
    const ids = this.database.dialect.encodeRows(ID_ROW, idRows(customImsIds));
    await session.run(this.sql, [newToken(), ...ids, this.account]);
  }
}
