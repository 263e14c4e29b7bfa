import type { ImsDatabase, SqlRow, SqlSession } from '../database/ims-database.js';
import type { RowColumns, SqlDialect } from '../database/sql-dialect.js';
import { newToken } from '../messages/ids.js';
import { PRIORITIES } from '../messages/priority.js';
import { duePriorities } from './due-priorities.js';
import { inRowsOf, packedId, packIds, unpackIds } from './packed-ids.js';
import { fromIds, ID_ROW, idRows, ofMessage, STATE } from './statement-parts.js';

/** What decides when, and in which order, a QUEUED message is claimed. A class, as `Claimed`: see docs/performance-internals.md. */
export class Due {
  constructor(
    readonly customImsId: string,
    readonly priority: number,
    /** Epoch ms. */
    readonly dueAt: number,
    readonly expiresAt: number | null,
  ) {}
}

/** A row of the list. */
interface DueRow extends Omit<Due, 'customImsId'> {
  id: string;
  ids: string[];
}

const DUE_ROW: RowColumns = {
  id: 'varchar64',
  priority: 'bigint',
  due_at: 'bigint',
  expires_at: 'bigint',
  ids: 'text',
};
const COLUMNS = Object.keys(DUE_ROW);
/** Rows read in one step of a search. */
const ROWS_AT_A_TIME = 4;
/** The same where each step may have to begin anew among rows of the same time: a campaign of a million has 3,300 of them. */
const FUTURE_ROWS_AT_A_TIME = 100;
/** Rows of the same time that are looked through for one message. */
const SEARCHED_ROWS = 100;

/** Most rows of one call: each is a group of messages with the same priority and times. */
const INSERTED_AT_A_TIME = 250;

/** The statements of `DueList`; each comment lists its parameters in order. */
export function dueSql(dialect: SqlDialect) {
  const { now } = dialect;
  const columns = COLUMNS.join(', ');
  const due = `emay_ims_due ${dialect.through('emay_ims_due_ready')}`;
  const unexpired = `(expires_at IS NULL OR expires_at > ${now})`;
  const ready = `account = ? AND priority = ? AND due_at <= ${now} AND ${unexpired}`;
  return {
    /** account, rows */
    insert: `INSERT INTO emay_ims_due (account, ${columns})
      SELECT ?, ${COLUMNS.map((column) => `r.${column}`).join(', ')} FROM ${dialect.rows(DUE_ROW, 'r')}`,
    /** account */
    findDuePriorities: `SELECT p.priority ${duePriorities(dialect, '?')}`,
    /** account, priority, limit */
    lockReady: `SELECT ${columns} FROM emay_ims_due WHERE ${ready} ORDER BY due_at LIMIT ? ${dialect.lockSkippingLocked()}`,
    /** account, priority: the first of them (has RETURNING) */
    takeFirst: `DELETE FROM emay_ims_due WHERE ${dialect.rowLocation} = (SELECT ${dialect.rowLocation} FROM emay_ims_due
      WHERE ${ready} ORDER BY due_at LIMIT 1 ${dialect.lockSkippingLocked()}) RETURNING ${columns}`,
    /** account */
    findExpired: `SELECT id FROM emay_ims_due WHERE account = ? AND expires_at <= ${now} LIMIT 1`,
    /** account, limit */
    lockExpired: `SELECT ${columns} FROM emay_ims_due WHERE account = ? AND expires_at <= ${now} LIMIT ? ${dialect.lockSkippingLocked()}`,
    /** account, priority, ms, the last row's due_at twice and its id: the next of them, along the index */
    findInFuture: `SELECT ${columns} FROM ${due} WHERE account = ? AND priority = ? AND due_at > ${now} + ?
      AND due_at >= ? AND (due_at > ? OR id > ?) ORDER BY due_at, id LIMIT ${FUTURE_ROWS_AT_A_TIME}`,
    /** account, priority, due_at, the id as it is packed, account, priority, due_at: nothing where too many would have to be read */
    lockWith: `SELECT ${columns} FROM emay_ims_due WHERE account = ? AND priority = ? AND due_at = ? AND REPLACE(ids, ?, '') <> ids
      AND (SELECT COUNT(*) FROM (SELECT 1 AS one FROM ${due} WHERE account = ? AND priority = ? AND due_at = ?
        LIMIT ${SEARCHED_ROWS + 1}) AS same) <= ${SEARCHED_ROWS} ${dialect.lockSkippingLocked()}`,
    delete: (ids: readonly string[]) =>
      dialect.deleteListed({ table: 'emay_ims_due', common: {}, column: 'id', type: 'varchar64', values: ids }),
    /** ids, account: QUEUED messages that are not on hold */
    findQueued: `SELECT ${ofMessage(['custom_ims_id', 'priority', 'due_at', 'expires_at'])} ${fromIds(dialect)}
      WHERE ${STATE} = 'QUEUED' AND m.due_at IS NOT NULL`,
    /** ids, account, createdAt: of those, what was stored at that time */
    findStored: `SELECT ${ofMessage(['custom_ims_id', 'priority', 'due_at', 'expires_at'])} ${fromIds(dialect)}
      WHERE ${STATE} = 'QUEUED' AND m.due_at IS NOT NULL AND m.created_at = ?`,
  };
}

/**
 * `emay_ims_due`: what of one account waits to be submitted, apart from the messages. Each row holds up to 300 ids.
 *
 * - **Each QUEUED message that is not on hold stands in a row with its `priority`, `due_at` and `expires_at`.** The dispatcher would never see
 *   it otherwise.
 * - A row may name messages that are not QUEUED any more, or not ready yet: the message itself decides, under its lock.
 * - Rows are inserted and deleted, never updated.
 */
export class DueList {
  private readonly sql: ReturnType<typeof dueSql>;

  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
  ) {
    this.sql = dueSql(database.dialect);
  }

  /** Lists messages, in the transaction that makes them QUEUED. */
  async add(messages: readonly Due[], session: SqlSession): Promise<void> {
    const groups = new Map<string, Due[]>();
    for (const message of messages) {
      const key = `${message.priority} ${message.dueAt} ${message.expiresAt}`;
      const group = groups.get(key);
      if (group) group.push(message);
      else groups.set(key, [message]);
    }
    const rows = [...groups.values()].flatMap((group) => inRowsOf(group)).map(toRow);
    for (const some of inRowsOf(rows, INSERTED_AT_A_TIME)) {
      await session.run(this.sql.insert, [this.account, ...this.database.dialect.encodeRows(DUE_ROW, some)]);
    }
  }

  /** Lists those of these messages that are QUEUED and not on hold, as they stand in the transaction. */
  addQueued(customImsIds: readonly string[], session: SqlSession): Promise<void> {
    return this.addFound(this.sql.findQueued, customImsIds, [], session);
  }

  /** Lists those of these messages that the transaction has stored; those that were there before are listed. */
  addStored(customImsIds: readonly string[], createdAt: number, session: SqlSession): Promise<void> {
    return this.addFound(this.sql.findStored, customImsIds, [createdAt], session);
  }

  /** Priorities that have something due, which may have expired; highest first. */
  async duePriorities(): Promise<number[]> {
    const rows = await this.database.rows(this.sql.findDuePriorities, [this.account]);
    return rows.map(({ priority }) => Number(priority)).toSorted((one, other) => other - one);
  }

  /**
   * Takes the ids of up to `limit` messages of these priorities off the list, passing over what others are taking. They are the caller's
   * until its transaction ends; what it does not claim, it lists again.
   */
  async take(limit: number, priorities: readonly number[], session: SqlSession): Promise<string[]> {
    const taken: DueRow[] = [];
    let left = limit;
    for (const priority of priorities) {
      // Bulk: one row fills a request, or the next one does. Singles: a row for each. What is locked in vain, others pass over.
      for (const step of [1, ROWS_AT_A_TIME, limit]) {
        if (left <= 0) break;
        const { some, isEnd } = await this.takeRows(priority, { most: Math.min(step, left), ids: left }, session);
        taken.push(...some);
        left -= sizeOf(some);
        if (isEnd) break;
      }
    }
    if (left < 0) await this.putBackEndOf(taken.at(-1) as DueRow, -left, session);
    return taken.flatMap(({ ids }) => ids).slice(0, limit);
  }

  async hasExpired(): Promise<boolean> {
    return (await this.database.rows(this.sql.findExpired, [this.account])).length > 0;
  }

  /** Takes expired rows off the list; resolves to their ids. The caller lists again what has not expired. */
  async takeExpired(session: SqlSession): Promise<string[]> {
    const expired = (await session.rows(this.sql.lockExpired, [this.account, ROWS_AT_A_TIME])).map(toDueRow);
    await this.delete(expired, session);
    return expired.flatMap(({ ids }) => ids);
  }

  /** Ids of rows that are ready later than in `ms`, in portions: for a clock that has been set back. */
  async *inFuture(ms: number): AsyncGenerator<string[]> {
    for (const priority of PRIORITIES) {
      for (let last: DueRow | undefined; ;) {
        const { dueAt = 0, id = '' } = last ?? {};
        const parameters = [this.account, priority, ms, dueAt, dueAt, id];
        const found = (await this.database.rows(this.sql.findInFuture, parameters)).map(toDueRow);
        for (const some of inRowsOf(found, ROWS_AT_A_TIME)) yield some.flatMap(({ ids }) => ids);
        if (found.length < FUTURE_ROWS_AT_A_TIME) break;
        last = found.at(-1);
      }
    }
  }

  /**
   * Takes one message off the list that is QUEUED no more. It stays there, and is passed over by the claim, where its row is being claimed, or is
   * one of very many of the same time.
   */
  async remove({ customImsId, priority, dueAt }: Due, session: SqlSession): Promise<void> {
    const time = [this.account, priority, dueAt];
    const rows = (await session.rows(this.sql.lockWith, [...time, packedId(customImsId), ...time])).map(toDueRow);
    await this.delete(rows, session);
    const rest = rows.flatMap((row) =>
      messagesOf(
        row,
        row.ids.filter((id) => id !== customImsId),
      ),
    );
    await this.add(rest, session);
  }

  private async addFound(
    sql: string,
    customImsIds: readonly string[],
    more: readonly unknown[],
    session: SqlSession,
  ): Promise<void> {
    const found: Due[] = [];
    // What stood there twice need not do so again.
    for (const ids of inRowsOf([...new Set(customImsIds)])) {
      const parameters = [...this.database.dialect.encodeRows(ID_ROW, idRows(ids)), this.account, ...more];
      found.push(...(await session.rows(sql, parameters)).map(toDue));
    }
    await this.add(found, session);
  }

  /** Of the first rows those that hold so many ids; and whether there were fewer rows. */
  private async takeRows(
    priority: number,
    { most, ids }: { most: number; ids: number },
    session: SqlSession,
  ): Promise<{ some: DueRow[]; isEnd: boolean }> {
    if (most === 1 && this.database.dialect.hasReturning) {
      const some = (await session.rows(this.sql.takeFirst, [this.account, priority])).map(toDueRow);
      return { some, isEnd: some.length === 0 };
    }
    const found = (await session.rows(this.sql.lockReady, [this.account, priority, most])).map(toDueRow);
    const some = upTo(ids, found);
    await this.delete(some, session);
    return { some, isEnd: found.length < most };
  }

  private async putBackEndOf(row: DueRow, count: number, session: SqlSession): Promise<void> {
    await this.add(messagesOf(row, row.ids.slice(-count)), session);
  }

  private async delete(rows: readonly DueRow[], session: SqlSession): Promise<void> {
    if (rows.length === 0) return;
    const { sql, parameters } = this.sql.delete(rows.map(({ id }) => id));
    await session.run(sql, parameters);
  }
}

/** The first rows that hold so many ids. */
function upTo(count: number, rows: readonly DueRow[]): DueRow[] {
  const taken: DueRow[] = [];
  for (const row of rows) {
    if (sizeOf(taken) >= count) break;
    taken.push(row);
  }
  return taken;
}

function sizeOf(rows: readonly DueRow[]): number {
  return rows.reduce((sum, { ids }) => sum + ids.length, 0);
}

function toRow(messages: readonly Due[]) {
  const { priority, dueAt, expiresAt } = messages[0] as Due;
  return {
    id: newToken(),
    priority,
    due_at: dueAt,
    expires_at: expiresAt ?? undefined,
    ids: packIds(messages.map(({ customImsId }) => customImsId)),
  };
}

function toDueRow(row: SqlRow): DueRow {
  return {
    id: String(row.id),
    priority: Number(row.priority),
    dueAt: Number(row.due_at),
    expiresAt: row.expires_at === null ? null : Number(row.expires_at),
    ids: unpackIds(String(row.ids)),
  };
}

export function toDue(row: SqlRow): Due {
  const expiresAt = row.expires_at === null ? null : Number(row.expires_at);
  return new Due(String(row.custom_ims_id), Number(row.priority), Number(row.due_at), expiresAt);
}

function messagesOf({ priority, dueAt, expiresAt }: DueRow, ids: readonly string[]): Due[] {
  return ids.map((id) => new Due(id, priority, dueAt, expiresAt));
}
