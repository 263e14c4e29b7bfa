import type { ImsDatabase, SqlSession } from '../database/ims-database.js';
import type { SqlDialect } from '../database/sql-dialect.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import { IMS_MESSAGE_STATES, type ImsMessageState } from '../messages/message-state.js';
import { SUBMITTED, indexKeyOf, COMPLETED_UP_TO, WAITING_SUBMITTED } from './message-index-key.js';
import { ALL_COLUMNS, MESSAGE_COLUMNS, toMessage } from './message-row.js';
import { fromIds, ID_ROW, idRows, ofAccount, ofMessage } from './statement-parts.js';

/** Which messages to find. Validated. */
export interface MessageQuery {
  states?: readonly ImsMessageState[] | undefined;
  /** E.164. */
  mobile?: string | undefined;
  code?: string | undefined;
  /** Printable ASCII. */
  idPrefix?: string | undefined;
  createdFrom?: Date | undefined;
  createdBefore?: Date | undefined;
  limit: number;
  /** The end of the previous page. */
  after?: { createdAt: Date; customImsId: string } | undefined;
}

/** The fixed statements of `MessageFinder`; each comment lists its parameters in order. */
export function finderSql(dialect: SqlDialect) {
  return {
    /** ids, account */
    findByIds: `SELECT ${ofMessage(MESSAGE_COLUMNS)} ${fromIds(dialect)}`,
    /** ids, account: the current rows, not the snapshot of your transaction; after `insertQueued`, which locks them */
    findLatestByIds: `SELECT ${ofMessage(MESSAGE_COLUMNS)} ${dialect.latest(
      dialect.rows(ID_ROW, 'r'),
      'emay_ims_message AS m',
      ofAccount(dialect),
    )}`,
    /** account, id */
    findOne: `SELECT ${ALL_COLUMNS} FROM emay_ims_message WHERE account = ? AND custom_ims_id = ?`,
    /**
     * account three times: counts by index key; then, of the submitted messages, those not DELIVERED by state. The planner may prefer a table
     * scan to reading most of the table by the index.
     */
    stats: `SELECT COALESCE(listed_as, '${SUBMITTED}') AS listed, NULL AS state, COUNT(*) AS messages
        FROM emay_ims_message WHERE account = ? GROUP BY listed_as
      UNION ALL
      SELECT '${SUBMITTED}', state, COUNT(*) FROM emay_ims_message
        WHERE account = ? AND ${WAITING_SUBMITTED} AND state <> 'DELIVERED' GROUP BY state`,
  };
}

/** Reads messages of one account. */
export class MessageFinder {
  private readonly sql: ReturnType<typeof finderSql>;

  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
  ) {
    this.sql = finderSql(database.dialect);
  }

  async findOne(customImsId: string): Promise<ImsMessage | null> {
    const [row] = await this.database.rows(this.sql.findOne, [this.account, customImsId]);
    return row ? toMessage(row) : null;
  }

  findByIds(customImsIds: readonly string[]): Promise<ImsMessage[]> {
    return this.findThese(this.sql.findByIds, customImsIds, this.database);
  }

  /** The same in a transaction that has just stored them, at any isolation level. */
  findLatestByIds(customImsIds: readonly string[], session: SqlSession): Promise<ImsMessage[]> {
    return this.findThese(this.sql.findLatestByIds, customImsIds, session);
  }

  /** How many there are in each state. */
  async stats(): Promise<Record<ImsMessageState, number>> {
    const counts = Object.fromEntries(IMS_MESSAGE_STATES.map((state) => [state, 0])) as Record<ImsMessageState, number>;
    for (const { listed, state, messages: counted } of await this.database.rows(
      this.sql.stats,
      Array(3).fill(this.account),
      { isLong: true },
    )) {
      const count = Number(counted);
      // Submitted messages in no other state are DELIVERED.
      if (state !== null) counts.DELIVERED -= count;
      counts[(state ?? (listed === SUBMITTED ? 'DELIVERED' : listed)) as ImsMessageState] += count;
    }
    return counts;
  }

  /** Newest first. */
  async find(query: MessageQuery): Promise<ImsMessage[]> {
    const conditions = ['account = ?'];
    const parameters: unknown[] = [this.account];
    const where = (condition: string, ...values: unknown[]) => {
      conditions.push(condition);
      parameters.push(...values);
    };
    if (query.states) {
      where(`state IN (${placeholders(query.states)})`, ...query.states);
      // Most messages are DELIVERED. If those are not wanted, use the index.
      const lists = new Set(query.states.map(indexKeyOf));
      if (!lists.has(SUBMITTED)) where(`listed_as IN (${placeholders([...lists])})`, ...lists);
      else if (lists.size === 1 && !query.states.includes('DELIVERED')) {
        where(`listed_as = ? AND listed_at > ${COMPLETED_UP_TO}`, SUBMITTED, this.account);
      }
    }
    if (query.mobile !== undefined) where('mobile = ?', query.mobile);
    if (query.code !== undefined) where('code = ?', query.code);
    if (query.idPrefix !== undefined) where(...this.database.dialect.beginsWith('custom_ims_id', query.idPrefix));
    if (query.createdFrom) where('created_at >= ?', query.createdFrom.getTime());
    if (query.createdBefore) where('created_at < ?', query.createdBefore.getTime());
    if (query.after) {
      const { createdAt, customImsId } = query.after;
      where(...this.database.dialect.before(['created_at', 'custom_ims_id'], [createdAt.getTime(), customImsId]));
    }
    const rows = await this.database.rows(
      `SELECT ${ALL_COLUMNS} FROM emay_ims_message WHERE ${conditions.join(' AND ')}
       ORDER BY created_at DESC, custom_ims_id DESC LIMIT ?`,
      [...parameters, query.limit],
    );
    return rows.map(toMessage);
  }

  private async findThese(sql: string, customImsIds: readonly string[], session: SqlSession): Promise<ImsMessage[]> {
    if (customImsIds.length === 0) return [];
    const parameters = [...this.database.dialect.encodeRows(ID_ROW, idRows(customImsIds)), this.account];
    return (await session.rows(sql, parameters)).map(toMessage);
  }
}

function placeholders(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}
