import type { EntityManager } from 'typeorm';
import { readDatabaseClock } from '../database/database-clock.js';
import type { ImsDatabase, SqlRow, SqlSession } from '../database/ims-database.js';
import type { BoundStatement, RowValues } from '../database/sql-dialect.js';
import type { Attempt, ClaimedMessage, Release } from '../messages/attempt.js';
import type { NewMessage } from '../messages/new-message.js';
import { NEW_MESSAGE_ROW, queueSql } from './message-queue-sql.js';
import { ID_ROW, idRows, inIdOrder } from './statement-parts.js';

/**
 * The queue of one account: stores messages, claims them for an attempt, and releases those that provably were not accepted.
 *
 * - Every step is one statement; without RETURNING, a claim is one transaction.
 */
export class MessageQueue {
  private readonly sql: ReturnType<typeof queueSql>;
  private foundNothingReady = false;

  constructor(
    private readonly database: ImsDatabase,
    readonly account: string,
  ) {
    this.sql = queueSql(database.dialect);
  }

  /** The database's clock. */
  now(session: SqlSession = this.database): Promise<Date> {
    return readDatabaseClock(this.database.dialect, session);
  }

  /**
   * Stores messages for the dispatcher; existing ids are not changed.
   *
   * @param isNew the ids have just been made, so none can exist: a quarter less work on PostgreSQL
   */
  async insertQueued(
    messages: readonly NewMessage[],
    createdAt: Date,
    session: SqlSession = this.database,
    { isNew = false }: { isNew?: boolean } = {},
  ): Promise<void> {
    const created = createdAt.getTime();
    await session.run(isNew ? this.sql.insertNewlyQueued : this.sql.insertQueued, [
      this.account,
      created,
      created,
      created,
      ...this.newMessageRows(messages),
    ]);
  }

  /** Stores messages as SUBMITTING, before their request; existing ids are not changed. */
  async insertSubmitting(messages: readonly NewMessage[], attempt: Attempt): Promise<void> {
    await this.database.run(this.sql.insertSubmitting, [
      this.account,
      ...attemptParameters(attempt),
      ...this.newMessageRows(messages),
    ]);
  }

  /** Whether any message is ready. */
  async hasReady(): Promise<boolean> {
    return (await this.database.rows(this.sql.findReady, [this.account])).length > 0;
  }

  /** Claims up to `limit` ready messages, highest priority first, no number twice: committed before it resolves. */
  async claim(limit: number, attempt: Attempt): Promise<ClaimedMessage[]> {
    if (this.database.dialect.hasReturning) {
      const rows = await this.database.rows(this.sql.claim, [this.account, limit, ...attemptParameters(attempt)]);
      return rows.map(toClaimed);
    }
    // Saves the transaction's four round trips while the queue is empty.
    if (this.foundNothingReady && !(await this.hasReady())) return [];
    const claimed = await this.lockAndTake(limit, attempt);
    this.foundNothingReady = claimed.length === 0;
    return claimed;
  }

  /** Claims those of these messages that are still QUEUED, ready or not; resolves to them. */
  async claimThese(customImsIds: readonly string[], attempt: Attempt): Promise<ClaimedMessage[]> {
    if (this.database.dialect.hasReturning) {
      const { sql, parameters } = this.claimStatement(customImsIds, attempt);
      const rows = await this.database.rows(sql, parameters);
      return rows.map(toClaimed);
    }
    return this.database.transaction(async (session) => {
      await this.take(customImsIds, attempt, session);
      return this.findTaken(customImsIds, attempt, session);
    });
  }

  /** Messages of an attempt whose claim got no answer. */
  async findByAttempt(token: string): Promise<string[]> {
    const rows = await this.database.rows(this.sql.findByAttempt, [this.account, token]);
    return rows.map((row) => String(row.custom_ims_id));
  }

  /**
   * Returns messages of the attempt to the queue; its owner knows that none was accepted. Also if the attempt has stalled meanwhile, unless
   * a report has come or a person has decided.
   */
  async release(token: string, releases: readonly Release[]): Promise<void> {
    if (releases.length === 0) return;
    const rows = releases.map(({ customImsId, code, dueInMs }) => ({
      custom_ims_id: customImsId,
      code: code ?? undefined,
      due_in: dueInMs ?? undefined,
    }));
    const { sql, parameters } = this.sql.release.make({ rows: inIdOrder(rows), where: [this.account, token] });
    await this.database.run(sql, parameters);
  }

  /** Makes messages on hold ready for the dispatcher. */
  async unhold(customImsIds: readonly string[], session: SqlSession = this.database): Promise<void> {
    const { sql, parameters } = this.sql.unhold.make({ rows: idRows(customImsIds), where: [this.account] });
    await session.run(sql, parameters);
  }

  /** Cancels a message that is still QUEUED; `false`: it is not, or does not exist. */
  async cancel(customImsId: string, manager: EntityManager | null = null): Promise<boolean> {
    const work = (session: SqlSession) => session.run(this.sql.cancel, [this.account, customImsId]);
    return (await (manager ? this.database.within(manager, work) : work(this.database))) === 1;
  }

  private lockAndTake(limit: number, attempt: Attempt): Promise<ClaimedMessage[]> {
    return this.database.transaction(async (session) => {
      const due = firstToEachNumber((await session.rows(this.sql.selectReady, [this.account, limit])).map(toClaimed));
      const ids = due.map(({ customImsId }) => customImsId);
      // They are locked, so all are claimed. If that ever fails, only those claimed may be submitted.
      const isWhole = (await this.take(ids, attempt, session)) === ids.length;
      return isWhole ? due : this.findTaken(ids, attempt, session);
    });
  }

  private async take(customImsIds: readonly string[], attempt: Attempt, session: SqlSession): Promise<number> {
    if (customImsIds.length === 0) return 0;
    const { sql, parameters } = this.claimStatement(customImsIds, attempt);
    return session.run(sql, parameters);
  }

  private async findTaken(
    customImsIds: readonly string[],
    attempt: Attempt,
    session: SqlSession,
  ): Promise<ClaimedMessage[]> {
    const parameters = [...this.database.dialect.encodeRows(ID_ROW, idRows(customImsIds)), this.account, attempt.token];
    return (await session.rows(this.sql.findClaimed, parameters)).map(toClaimed);
  }

  private claimStatement(customImsIds: readonly string[], attempt: Attempt): BoundStatement {
    return this.sql.claimThese.make({
      set: attemptParameters(attempt),
      rows: idRows(customImsIds),
      where: [this.account],
    });
  }

  private newMessageRows(messages: readonly NewMessage[]): unknown[] {
    const rows = messages.map((message) => new NewMessageRow(message));
    return this.database.dialect.encodeRows(NEW_MESSAGE_ROW, inIdOrder(rows));
  }
}

export function firstToEachNumber(due: readonly ClaimedMessage[]): ClaimedMessage[] {
  const first = new Map<string, ClaimedMessage>();
  for (const message of due) if (!first.has(message.mobile)) first.set(message.mobile, message);
  return [...first.values()];
}

/** Its ID, and its duration twice: for `due_at` and `listed_at`. */
function attemptParameters({ token, lastsMs }: Attempt): [string, number, number] {
  return [token, lastsMs, lastsMs];
}

/** A row of `NEW_MESSAGE_ROW`; `undefined` stays NULL. A class, as `Claimed`: see docs/performance-internals.md. */
class NewMessageRow implements RowValues {
  [column: string]: string | number | undefined;
  readonly custom_ims_id: string;

  constructor({ customImsId, mobile, content, priority, sendAt, expiresAt }: NewMessage) {
    this.custom_ims_id = customImsId;
    this.mobile = mobile;
    this.content = content;
    this.priority = priority;
    this.send_at = sendAt?.getTime();
    this.expires_at = expiresAt?.getTime();
  }
}

function toClaimed(row: SqlRow): ClaimedMessage {
  const { expires_at: expiresAt, submitted_at: claimedAt } = row;
  const expiresInMs = expiresAt === null ? undefined : Number(expiresAt) - Number(claimedAt);
  return new Claimed(String(row.custom_ims_id), String(row.mobile), String(row.content), expiresInMs);
}

class Claimed implements ClaimedMessage {
  constructor(
    readonly customImsId: string,
    readonly mobile: string,
    readonly content: string,
    readonly expiresInMs: number | undefined,
  ) {}
}
