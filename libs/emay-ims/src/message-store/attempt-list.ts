import type { ImsDatabase, SqlRow, SqlSession, SqlStatement } from '../database/ims-database.js';
import type { SqlDialect } from '../database/sql-dialect.js';
import type { Attempt } from '../messages/attempt.js';
import { newToken } from '../messages/ids.js';
import { inRowsOf, packIds, unpackIds } from './packed-ids.js';

/** Messages under one attempt that wait for its answer or their reports. */
export interface ListedAttempt {
  id: string;
  token: string;
  /** When the earliest of them is overdue, in epoch ms. */
  dueAt: number;
  customImsIds: string[];
}

/** A message SUBMITTING or ACCEPTED, and when it is overdue, in epoch ms. */
export interface WaitingMessage {
  customImsId: string;
  dueAt: number;
}

/** Range in which attempts were to end, in epoch ms. */
export interface AttemptEnds {
  from: number;
  to: number;
}

const COLUMNS = 'id, attempt, due_at, ids';
/** Rows read in one step of a search: some 1,000 messages. */
const ROWS_AT_A_TIME = 4;

/** `ends_at` and `due_at` of what is listed late, from now on: no attempt that nobody has looked at. */
const LATE = [-1, 0] as const;

/** The statements of `AttemptList`; each comment lists its parameters in order. */
export function attemptSql(dialect: SqlDialect) {
  const { now } = dialect;
  const attempts = `emay_ims_attempt ${dialect.through('emay_ims_attempt_due')}`;
  return {
    /** id, account, attempt, when it ends and is due from now on in ms, ids */
    insert: `INSERT INTO emay_ims_attempt (id, account, attempt, ends_at, due_at, ids)
      SELECT ?, ?, ?, ${now} + ?, ${now} + ?, ?`,
    /** account, token */
    find: 'SELECT ids FROM emay_ims_attempt WHERE account = ? AND attempt = ?',
    /** account, token: an attempt that nobody has looked at yet */
    findUntouched: 'SELECT id FROM emay_ims_attempt WHERE account = ? AND attempt = ? AND due_at = ends_at',
    /**
     * account twice, due_at three times, attempt twice, id, limit: those that are overdue, behind one of them, in the order of the index. MySQL
     * sorts what it reads, so it reads up to a time that has enough of them.
     */
    findOverdue: `SELECT ${COLUMNS} FROM ${attempts}
      WHERE account = ? AND due_at <= COALESCE((SELECT due_at FROM ${attempts} WHERE account = ? AND due_at > ? AND due_at <= ${now}
          ORDER BY due_at LIMIT 1 OFFSET ${ROWS_AT_A_TIME - 1}), ${now})
        AND due_at >= ? AND (due_at > ? OR attempt > ? OR (attempt = ? AND id > ?))
      ORDER BY due_at, attempt, id LIMIT ${ROWS_AT_A_TIME}`,
    /** account, (from, to,) attempt twice, id, limit */
    findAll: (isAround: boolean) =>
      `SELECT ${COLUMNS} FROM emay_ims_attempt WHERE account = ?${isAround ? ' AND ends_at BETWEEN ? AND ?' : ''}
       AND (attempt > ? OR (attempt = ? AND id > ?)) ORDER BY attempt, id LIMIT ?`,
    /** account, attempt, id */
    lookAtNow: `UPDATE emay_ims_attempt SET due_at = ${now} WHERE account = ? AND attempt = ? AND id = ?`,
    /** account, attempt, id */
    delete: 'DELETE FROM emay_ims_attempt WHERE account = ? AND attempt = ? AND id = ?',
    /** due_at, ids, account, attempt, id */
    keep: 'UPDATE emay_ims_attempt SET due_at = ?, ids = ? WHERE account = ? AND attempt = ? AND id = ?',
  };
}

/**
 * `emay_ims_attempt`: what of one account waits for the answer to its request, or for reports, apart from the messages. A row for each
 * attempt holds the ids of its messages.
 *
 * - **Each message SUBMITTING or ACCEPTED stands in a row of its `attempt`, which is looked at no later than it is overdue.**
 * - Answers and reports leave the rows alone: the message itself says how it stands. A look at the end of the attempt, and one when the
 *   reports are overdue, drops what waits no more. See `AttemptSweep`.
 */
export class AttemptList {
  private readonly sql: ReturnType<typeof attemptSql>;

  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
  ) {
    this.sql = attemptSql(database.dialect);
  }

  /** Lists the messages of a request, in the transaction that makes them SUBMITTING. */
  async add({ token, lastsMs }: Attempt, customImsIds: readonly string[], session: SqlSession): Promise<void> {
    await session.run(...this.toAdd({ token, lastsMs }, customImsIds));
  }

  /** The statement that does so. */
  toAdd({ token, lastsMs }: Attempt, customImsIds: readonly string[]): SqlStatement {
    return [this.sql.insert, [newToken(), this.account, token, lastsMs, lastsMs, packIds(customImsIds)]];
  }

  /**
   * Lists accepted messages again where their answer came late: once their attempt was over, a look at it may have dropped them. Call it in the
   * transaction that accepts them, afterwards. They are looked at soon.
   */
  async addLate(token: string, customImsIds: readonly string[], session: SqlSession): Promise<void> {
    if ((await session.rows(this.sql.findUntouched, [this.account, token])).length > 0) return;
    for (const ids of inRowsOf(customImsIds)) {
      await session.run(this.sql.insert, [newToken(), this.account, token, ...LATE, packIds(ids)]);
    }
  }

  /** The messages of an attempt that may have been claimed. */
  async idsOf(token: string): Promise<string[]> {
    const rows = await this.database.rows(this.sql.find, [this.account, token]);
    return rows.flatMap(({ ids }) => unpackIds(String(ids)));
  }

  /** Attempts with messages that are overdue, in portions. */
  async *overdue(): AsyncGenerator<ListedAttempt[]> {
    for (let last: ListedAttempt | undefined; ;) {
      const { dueAt = -1, token = '', id = '' } = last ?? {};
      const place = [dueAt, dueAt, dueAt, token, token, id];
      const rows = await this.database.rows(this.sql.findOverdue, [this.account, this.account, ...place]);
      if (rows.length === 0) return;
      const found = rows.map(toListed);
      yield found;
      last = found.at(-1);
    }
  }

  /** All attempts with messages that may wait, in portions. @param around when they were to end; default: any time */
  async *all(session: SqlSession, around?: AttemptEnds): AsyncGenerator<ListedAttempt[]> {
    const range = around ? [around.from, around.to] : [];
    const sql = this.sql.findAll(around !== undefined);
    for (let last: ListedAttempt | undefined; ;) {
      const { token = '', id = '' } = last ?? {};
      const rows = await session.rows(sql, [this.account, ...range, token, token, id, ROWS_AT_A_TIME]);
      if (rows.length === 0) return;
      const found = rows.map(toListed);
      yield found;
      last = found.at(-1);
    }
  }

  /**
   * Has an attempt looked at that was to end later. Call it where messages under it change past the sweep: what is recorded late counts on a
   * look having come first.
   */
  async lookAtNow({ id, token }: ListedAttempt, session: SqlSession): Promise<void> {
    await session.run(this.sql.lookAtNow, [this.account, token, id]);
  }

  /** Keeps those of its messages that still wait, until the next of them is overdue; without any, the attempt is dropped. */
  async keep({ id, token }: ListedAttempt, waiting: readonly WaitingMessage[], session: SqlSession): Promise<void> {
    if (waiting.length === 0) {
      await session.run(this.sql.delete, [this.account, token, id]);
      return;
    }
    const dueAt = Math.min(...waiting.map((message) => message.dueAt));
    await session.run(this.sql.keep, [
      dueAt,
      packIds(waiting.map(({ customImsId }) => customImsId)),
      this.account,
      token,
      id,
    ]);
  }
}

function toListed(row: SqlRow): ListedAttempt {
  return {
    id: String(row.id),
    token: String(row.attempt),
    dueAt: Number(row.due_at),
    customImsIds: unpackIds(String(row.ids)),
  };
}
