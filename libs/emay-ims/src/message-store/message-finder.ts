import type { ImsDatabase, SqlSession } from '../database/ims-database.js';
import type { SqlDialect } from '../database/sql-dialect.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import { IMS_MESSAGE_STATES, type ImsMessageState } from '../messages/message-state.js';
import { HELD, outcomeOf } from './listed-outcome.js';
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

const LISTS = ['emay_ims_due', 'emay_ims_attempt'];
const NEWEST = 'ORDER BY m.created_at DESC, m.custom_ims_id DESC LIMIT ?';

/** A part of a statement, with its parameters in order. */
interface Part {
  sql: string;
  parameters: unknown[];
}

/** The fixed statements of `MessageFinder`; each comment lists its parameters in order. */
export function finderSql(dialect: SqlDialect) {
  const listed = LISTS.map((table) => dialect.idsIn(table)).join(' UNION ');
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
    /** account five times: all of them (state NULL), those with an `outcome`, and what stands in the lists, by state */
    stats: `SELECT NULL AS state, COUNT(*) AS messages FROM emay_ims_message WHERE account = ?
      UNION ALL
      SELECT outcome, COUNT(*) FROM emay_ims_message WHERE account = ? AND outcome IS NOT NULL GROUP BY outcome
      UNION ALL
      SELECT m.state, COUNT(*) FROM (${listed}) AS k JOIN emay_ims_message AS m ON m.account = ? AND m.custom_ims_id = k.custom_ims_id
        WHERE m.state IN ('QUEUED', 'SUBMITTING', 'ACCEPTED') AND m.outcome IS NULL GROUP BY m.state`,
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

  findByIds(customImsIds: readonly string[], session: SqlSession = this.database): Promise<ImsMessage[]> {
    return this.findThese(this.sql.findByIds, customImsIds, session);
  }

  /** The same in a transaction that has just stored them, at any isolation level. */
  findLatestByIds(customImsIds: readonly string[], session: SqlSession): Promise<ImsMessage[]> {
    return this.findThese(this.sql.findLatestByIds, customImsIds, session);
  }

  /** How many there are in each state. */
  async stats(): Promise<Record<ImsMessageState, number>> {
    const counts = Object.fromEntries(IMS_MESSAGE_STATES.map((state) => [state, 0])) as Record<ImsMessageState, number>;
    const { account } = this;
    // One moment for both, so that no message is counted twice or not at all.
    const rows = await this.database.rows(this.sql.stats, Array(5).fill(account), { isLong: true });
    let all = 0;
    for (const { state, messages } of rows) {
      if (state === null) all = Number(messages);
      else counts[(state === HELD ? 'QUEUED' : state) as ImsMessageState] += Number(messages);
    }
    // What is neither listed nor off the usual way has been delivered.
    counts.DELIVERED = all - Object.values(counts).reduce((sum, count) => sum + count, 0);
    return counts;
  }

  /** Newest first. */
  async find(query: MessageQuery): Promise<ImsMessage[]> {
    const { states, limit } = query;
    const conditions = this.conditionsOf(query);
    const candidates = this.candidates(query, conditions);
    const found = [candidates.from === '' ? 'm.account = ?' : ofAccount(this.database.dialect), conditions.sql];
    if (states) found.push(`m.state IN (${placeholders(states)})`);
    const rows = await this.database.rows(
      `SELECT ${ofMessage(MESSAGE_COLUMNS)} FROM ${candidates.from}emay_ims_message AS m WHERE ${found.join(' AND ')} ${NEWEST}`,
      [...candidates.parameters, this.account, ...conditions.parameters, ...(states ?? []), limit],
    );
    return rows.map(toMessage);
  }

  /** All but the account and the states, as SQL about `m`. */
  private conditionsOf(query: MessageQuery): Part {
    const { dialect } = this.database;
    const conditions = ['1 = 1'];
    const parameters: unknown[] = [];
    const where = (condition: string, ...values: unknown[]) => {
      conditions.push(condition);
      parameters.push(...values);
    };
    if (query.mobile !== undefined) where('m.mobile = ?', query.mobile);
    if (query.code !== undefined) where('m.code = ?', query.code);
    if (query.idPrefix !== undefined) where(...dialect.beginsWith('m.custom_ims_id', query.idPrefix));
    if (query.createdFrom) where('m.created_at >= ?', query.createdFrom.getTime());
    if (query.createdBefore) where('m.created_at < ?', query.createdBefore.getTime());
    if (query.after) {
      const { createdAt, customImsId } = query.after;
      where(...dialect.before(['m.created_at', 'm.custom_ims_id'], [createdAt.getTime(), customImsId]));
    }
    return { sql: conditions.join(' AND '), parameters };
  }

  /**
   * What leads to few messages is looked up first: left to a database, it may read all messages in the order that is asked for.
   *
   * - A number has its index.
   * - Most messages are DELIVERED. If those are not wanted, the others are looked up by their lists, and of each `outcome` the newest that
   *   are sought.
   */
  private candidates(
    { states, mobile, idPrefix, limit }: MessageQuery,
    sought: Part,
  ): { from: string; parameters: unknown[] } {
    const sources: string[] = [];
    const parameters: unknown[] = [];
    const add = (select: string, ...values: unknown[]) => {
      sources.push(select);
      parameters.push(...values);
    };
    const { account } = this;
    const { dialect } = this.database;
    if (mobile !== undefined) {
      add('SELECT custom_ims_id FROM emay_ims_message WHERE account = ? AND mobile = ?', account, mobile);
      return { from: `(${distinctly(sources)}) AS r CROSS JOIN `, parameters };
    }
    if (!states || states.includes('DELIVERED') || idPrefix !== undefined) return { from: '', parameters };
    const outcomes = [
      ...states.flatMap((state) => outcomeOf(state) ?? []),
      ...(states.includes('QUEUED') ? [HELD] : []),
    ];
    if (states.includes('QUEUED')) add(dialect.idsIn('emay_ims_due'), account);
    if (states.includes('SUBMITTING') || states.includes('ACCEPTED')) add(dialect.idsIn('emay_ims_attempt'), account);
    const newest = `SELECT m.custom_ims_id FROM emay_ims_message AS m ${dialect.through('emay_ims_message_outcome')}
      WHERE m.account = ? AND m.outcome = ? AND ${sought.sql} ${NEWEST}`;
    for (const outcome of outcomes) {
      add(`SELECT custom_ims_id FROM (${newest}) AS of_${outcome}`, account, outcome, ...sought.parameters, limit);
    }
    return { from: `(${distinctly(sources)}) AS r CROSS JOIN `, parameters };
  }

  private async findThese(sql: string, customImsIds: readonly string[], session: SqlSession): Promise<ImsMessage[]> {
    if (customImsIds.length === 0) return [];
    const parameters = [...this.database.dialect.encodeRows(ID_ROW, idRows(customImsIds)), this.account];
    return (await session.rows(sql, parameters)).map(toMessage);
  }
}

/** A message may stand in a list twice. */
function distinctly(sources: readonly string[]): string {
  return `SELECT DISTINCT custom_ims_id FROM (${sources.join(' UNION ALL ')}) AS listed`;
}

function placeholders(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}
