import type { EntityManager } from 'typeorm';
import type { ImsDatabase, SqlSession } from '../database/ims-database.js';
import { EmayImsConflictError } from '../errors/emay-ims-errors.js';
import { failpoint } from '../failpoints/failpoint.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import type { MessageFinder } from '../message-store/message-finder.js';
import type { MessageQueue } from '../message-store/message-queue.js';
import { conflictingIds, type IdentifiedMessages } from '../messages/message-identity.js';
import { unreadMessage } from '../messages/unread-message.js';
import type { DatabaseWakes } from '../wake/database-wakes.js';

interface Stored {
  createdAt: Date;
  /** Whether the dispatcher has something to do now, and not only at some later time. */
  isReady: boolean;
  /** Messages already stored under the given ids. */
  stored: ReadonlyMap<string, ImsMessage>;
}

/** Stores the messages of a call for the dispatcher: all or none. */
export class Enqueuer {
  constructor(
    private readonly database: ImsDatabase,
    private readonly queue: MessageQueue,
    private readonly finder: MessageFinder,
    /** Told with the commit of a transaction that is joined; `null`: nobody is. */
    private readonly wakes: DatabaseWakes | null,
  ) {}

  /**
   * @param manager of your open transaction, which is joined: the messages commit or roll back with it
   * @returns the stored messages in the order given; for an existing id, the first message
   */
  async enqueue(wanted: IdentifiedMessages, manager: EntityManager | null = null): Promise<ImsMessage[]> {
    const { createdAt, stored } = await this.store(wanted, manager);
    return wanted.messages.map(
      (message) =>
        stored.get(message.customImsId) ??
        unreadMessage(this.queue.account, message, {
          state: 'QUEUED',
          createdAt,
          dueAt: message.sendAt ?? createdAt,
        }),
    );
  }

  /** The same without returning the messages, so that a million take no memory. */
  async store(wanted: IdentifiedMessages, manager: EntityManager | null = null): Promise<Stored> {
    const work = (session: SqlSession) => this.insert(wanted, session);
    if (manager) return this.database.within(manager, (session) => this.insertAndNotify(wanted, session));
    const stored = await this.database.transaction(work);
    await failpoint('messages-stored');
    return stored;
  }

  private async insertAndNotify(wanted: IdentifiedMessages, session: SqlSession): Promise<Stored> {
    const stored = await this.insert(wanted, session, await this.committed(wanted, session));
    if (stored.isReady) await this.wakes?.notifyWithin(session, this.queue.account);
    return stored;
  }

  /**
   * What is committed already under the given ids, where storing them again would lock it until the joined transaction ends: nobody could record
   * the outcome of its request meanwhile.
   */
  private async committed({ givenIds }: IdentifiedMessages, session: SqlSession): Promise<ImsMessage[]> {
    if (!this.database.dialect.locksExisting || givenIds.size === 0) return [];
    // On a connection of our own: a host's snapshot may be old. If that fails, they are stored again.
    const committed = await this.finder.findByIds([...givenIds]).catch(() => []);
    // What the host has cancelled, its own transaction alone shows.
    const seen = await this.finder.findByIds(idsOf(committed), session);
    return [...committed, ...seen.filter(({ state }) => state === 'CANCELLED')];
  }

  /** @param known messages that are there already */
  private async insert(
    { messages, givenIds }: IdentifiedMessages,
    session: SqlSession,
    known: readonly ImsMessage[] = [],
  ): Promise<Stored> {
    const createdAt = await this.queue.now(session);
    const isNew = givenIds.size === 0;
    const stored = new Map(known.map((message) => [message.customImsId, message]));
    const others = known.length > 0 ? messages.filter(({ customImsId }) => !stored.has(customImsId)) : messages;
    await this.queue.insertQueued(others, createdAt, session, { isNew });
    const otherIds = [...givenIds].filter((id) => !stored.has(id));
    for (const message of await this.finder.findLatestByIds(otherIds, session))
      stored.set(message.customImsId, message);
    const conflicts = conflictingIds(messages, stored);
    if (conflicts.length > 0) throw new EmayImsConflictError(conflicts);
    const held = [...stored.values()].filter(mayRestOnHold);
    if (held.length > 0) await this.queue.unhold(idsOf(held), session);
    const isReady = messages.some(({ sendAt }) => sendAt === null || sendAt <= createdAt);
    return { createdAt, isReady, stored };
  }
}

function idsOf(messages: readonly ImsMessage[]): string[] {
  return messages.map(({ customImsId }) => customImsId);
}

/**
 * Whether it is on hold for the caller of a `send`, or will be if that fails. What the dispatcher is submitting for the first time will not:
 * locked in a transaction of the host, it would keep the others of its request from their outcome.
 */
function mayRestOnHold({ state, dueAt, code, attempts, createdAt, submittedAt }: ImsMessage): boolean {
  if (state === 'QUEUED') return dueAt === null;
  if (state === 'UNCONFIRMED') return code === 'ATTEMPT_ABANDONED';
  return state === 'SUBMITTING' && (attempts > 1 || createdAt.getTime() === submittedAt?.getTime());
}
