import type { EntityManager } from 'typeorm';
import { readDatabaseClock } from '../database/database-clock.js';
import type { ImsDatabase, SqlRow, SqlSession } from '../database/ims-database.js';
import type { BoundStatement, RowValues } from '../database/sql-dialect.js';
import type { Attempt, ClaimedMessage, Release } from '../messages/attempt.js';
import type { NewMessage } from '../messages/new-message.js';
import { AttemptList } from './attempt-list.js';
import { Due, DueList, toDue } from './due-list.js';
import { NEW_MESSAGE_ROW, ORDERED_ID_ROW, queueSql } from './message-queue-sql.js';
import { MessageTraces } from './message-trace.js';
import { inRowsOf } from './packed-ids.js';
import { ID_ROW, idRows, inIdOrder } from './statement-parts.js';

/** Rows in one statement, so that its parameter stays short: see docs/performance-internals.md. */
const ROWS_PER_STATEMENT = 250;

/**
 * The queue of one account: stores messages, claims them for an attempt, and releases those that provably were not accepted.
 *
 * - Each step is one transaction: messages, and the lists that lead to them.
 */
export class MessageQueue {
  private readonly sql: ReturnType<typeof queueSql>;
  private readonly due: DueList;
  private readonly attempts: AttemptList;
  private readonly traces: MessageTraces;

  constructor(
    private readonly database: ImsDatabase,
    readonly account: string,
  ) {
    this.sql = queueSql(database.dialect);
    this.due = new DueList(database, account);
    this.attempts = new AttemptList(database, account);
    this.traces = new MessageTraces(database, account);
  }

  /** The database's clock. */
  now(session: SqlSession = this.database): Promise<Date> {
    return readDatabaseClock(this.database.dialect, session);
  }

  /**
   * Stores messages for the dispatcher; existing ids are not changed.
   *
   * @param session of a transaction; default: one of its own
   * @param isNew the ids have just been made, so none can exist: a quarter less work on PostgreSQL
   */
  async insertQueued(
    messages: readonly NewMessage[],
    createdAt: Date,
    session?: SqlSession,
    { isNew = false }: { isNew?: boolean } = {},
  ): Promise<void> {
    if (!session) return this.database.transaction((own) => this.insertQueued(messages, createdAt, own, { isNew }));
    const created = createdAt.getTime();
    const insert = isNew ? this.sql.insertNewlyQueued : this.sql.insertQueued;
    for (const some of inRowsOf(messages, ROWS_PER_STATEMENT)) {
      await session.run(insert, [this.account, created, created, ...this.newMessageRows(some)]);
    }
    if (isNew) {
      const due = messages.map((message) => dueOf(message, created));
      return this.due.add(due, session);
    }
    // Of given ids, messages may be there already.
    return this.due.addStored(idsOf(messages), created, session);
  }

  /** Stores messages as SUBMITTING, before their request; existing ids are not changed. */
  async insertSubmitting(messages: readonly NewMessage[], attempt: Attempt): Promise<void> {
    const parameters = [this.account, ...attemptParameters(attempt), ...this.newMessageRows(messages)];
    await this.database.runAll([
      [this.sql.insertSubmitting, parameters],
      this.attempts.toAdd(attempt, idsOf(messages)),
    ]);
  }

  /** Whether any message may be ready. */
  async hasReady(): Promise<boolean> {
    return (await this.due.duePriorities()).length > 0;
  }

  /** Claims up to `limit` ready messages, highest priority first, no number twice: committed before it resolves. */
  async claim(limit: number, attempt: Attempt): Promise<ClaimedMessage[]> {
    const priorities = await this.due.duePriorities();
    if (priorities.length === 0) return [];
    return this.database.transaction(async (session) => {
      const passedOver: string[] = [];
      for (;;) {
        const ids = await this.due.take(limit, priorities, session);
        const found = ids.length === 0 ? [] : await this.claimListed(ids, attempt, session);
        const own = new Set(idsOf(found));
        passedOver.push(...ids.filter((id) => !own.has(id)));
        // All that these rows named was cancelled, or is locked: there may be more.
        if (found.length > 0 || ids.length === 0) {
          // At the end, so that the next look does not find them again.
          await this.due.addQueued(passedOver, session);
          return found;
        }
      }
    });
  }

  /** Claims those of these messages that are still QUEUED, ready or not; resolves to them. */
  async claimThese(customImsIds: readonly string[], attempt: Attempt): Promise<ClaimedMessage[]> {
    return this.database.transaction(async (session) => {
      const claimed = await this.take(customImsIds, attempt, session);
      await this.listClaimed(claimed, attempt, session);
      return claimed;
    });
  }

  /** Messages of an attempt whose claim got no answer. */
  findByAttempt(token: string): Promise<string[]> {
    return this.attempts.idsOf(token);
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
    await this.database.transaction(async (session) => {
      const released = await session.run(sql, parameters);
      if (released === 0) return;
      await this.due.addQueued(idsOf(releases), session);
      await this.traces.released(token, releases, session);
    });
  }

  /**
   * Makes messages on hold ready for the dispatcher. One that a call is sending is not put on hold if that fails: it will be ready then.
   *
   * @param session of a transaction; default: one of its own
   */
  async unhold(customImsIds: readonly string[], session?: SqlSession): Promise<void> {
    if (!session) return this.database.transaction((own) => this.unhold(customImsIds, own));
    const { sql, parameters } = this.sql.unhold.make({ rows: idRows(customImsIds), where: [this.account] });
    const unheld = await session.run(sql, parameters);
    if (unheld > 0) await this.due.addQueued(customImsIds, session);
  }

  /**
   * Cancels a message that is still QUEUED; `false`: it is not, or does not exist.
   *
   * - In a joined transaction it stays listed until somebody claims it: the host may keep its locks for long, and the message has neighbours.
   *
   * @param by who, for its trace
   */
  async cancel(customImsId: string, manager: EntityManager | null = null, by: string | null = null): Promise<boolean> {
    const work = async (session: SqlSession) => {
      const [row] = await session.rows(this.sql.lockToCancel, [this.account, customImsId]);
      if (!row || (await session.run(this.sql.cancel, [this.account, customImsId])) === 0) return false;
      if (row.due_at !== null && !manager) await this.due.remove(toDue(row), session);
      await this.traces.cancelled([customImsId], { by }, session);
      return true;
    };
    return manager ? this.database.within(manager, work) : this.database.transaction(work);
  }

  /** Claims what is ready of messages that were taken off the list; the others are to be listed again. */
  private async claimListed(ids: readonly string[], attempt: Attempt, session: SqlSession): Promise<ClaimedMessage[]> {
    const { dialect } = this.database;
    let claimed: ClaimedMessage[];
    if (dialect.hasReturning) {
      const rows = inIdOrder(ids.map((id, position) => ({ custom_ims_id: id, position })));
      const parameters = [...dialect.encodeRows(ORDERED_ID_ROW, rows), this.account, ...attemptParameters(attempt)];
      const claim = async () => (await session.rows(this.sql.claim, parameters)).map(toClaimed);
      if (dialect.name === 'sqlite') {
        // In one message to its thread. The attempt may name messages that were not claimed.
        return (await Promise.all([claim(), this.attempts.add(attempt, ids, session)]))[0];
      }
      claimed = await claim();
    } else {
      claimed = await this.lockAndTake(ids, attempt, session);
    }
    await this.listClaimed(claimed, attempt, session);
    return claimed;
  }

  private async listClaimed(claimed: readonly ClaimedMessage[], attempt: Attempt, session: SqlSession): Promise<void> {
    const ids = idsOf(claimed);
    if (ids.length > 0) await this.attempts.add(attempt, ids, session);
  }

  private async lockAndTake(ids: readonly string[], attempt: Attempt, session: SqlSession): Promise<ClaimedMessage[]> {
    const parameters = [...this.database.dialect.encodeRows(ID_ROW, idRows(ids)), this.account];
    const ready = (await session.rows(this.sql.lockQueued, parameters)).filter((row) => Number(row.is_ready) === 1);
    const byId = new Map(ready.map((row) => [String(row.custom_ims_id), toClaimed(row)]));
    const first = firstToEachNumber(ids.flatMap((id) => byId.get(id) ?? []));
    const taken = await this.update(idsOf(first), attempt, session);
    // They are locked, so all are claimed. If that ever fails, only those claimed may be submitted.
    return taken === first.length ? first : this.findTaken(idsOf(first), attempt, session);
  }

  private async take(ids: readonly string[], attempt: Attempt, session: SqlSession): Promise<ClaimedMessage[]> {
    if (this.database.dialect.hasReturning) {
      const { sql, parameters } = this.claimStatement(ids, attempt);
      return (await session.rows(sql, parameters)).map(toClaimed);
    }
    await this.update(ids, attempt, session);
    return this.findTaken(ids, attempt, session);
  }

  private async update(ids: readonly string[], attempt: Attempt, session: SqlSession): Promise<number> {
    if (ids.length === 0) return 0;
    const { sql, parameters } = this.claimStatement(ids, attempt);
    return session.run(sql, parameters);
  }

  private async findTaken(ids: readonly string[], attempt: Attempt, session: SqlSession): Promise<ClaimedMessage[]> {
    const parameters = [...this.database.dialect.encodeRows(ID_ROW, idRows(ids)), this.account, attempt.token];
    return (await session.rows(this.sql.findClaimed, parameters)).map(toClaimed);
  }

  private claimStatement(ids: readonly string[], attempt: Attempt): BoundStatement {
    return this.sql.claimThese.make({
      set: attemptParameters(attempt),
      rows: idRows(ids),
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

function idsOf(messages: readonly { customImsId: string }[]): string[] {
  return messages.map(({ customImsId }) => customImsId);
}

function attemptParameters({ token, lastsMs }: Attempt): [string, number] {
  return [token, lastsMs];
}

function dueOf({ customImsId, priority, sendAt, expiresAt }: NewMessage, createdAt: number): Due {
  return new Due(customImsId, priority, sendAt?.getTime() ?? createdAt, expiresAt?.getTime() ?? null);
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
