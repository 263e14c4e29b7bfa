import type { EntityManager } from 'typeorm';
import type { ImsDatabase, SqlSession } from '../database/ims-database.js';
import { EmayImsConflictError } from '../errors/emay-ims-errors.js';
import { failpoint } from '../failpoints/failpoint.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import type { MessageStore } from '../message-store/message-store.js';
import { conflictingIds, type IdentifiedMessages } from '../messages/message-identity.js';
import { unreadMessage } from '../messages/unread-message.js';

/** Rows in one statement: a parameter of more than 128 KiB would be an object that V8 keeps until memory is short. */
const ROWS_PER_STATEMENT = 250;

interface Stored {
  createdAt: Date;
  /** Those that were there already. */
  stored: ReadonlyMap<string, ImsMessage>;
}

/** Stores messages for the dispatcher: all of a call, or none. */
export class Enqueuer {
  constructor(
    private readonly database: ImsDatabase,
    private readonly messages: MessageStore,
  ) {}

  /**
   * @param manager of an open transaction of the host, which is joined: the messages are there when, and only when, the caller commits
   * @returns the stored messages in the order given; for an id that was there already, the first message
   */
  async enqueue(wanted: IdentifiedMessages, manager: EntityManager | null = null): Promise<ImsMessage[]> {
    const { createdAt, stored } = await this.store(wanted, manager);
    return wanted.messages.map(
      (message) =>
        stored.get(message.customImsId) ??
        unreadMessage(this.messages.account, message, {
          state: 'QUEUED',
          createdAt,
          dueAt: message.sendAt ?? createdAt,
        }),
    );
  }

  /** The same for callers who do not want the messages back: of a million, nothing is kept. */
  async store(wanted: IdentifiedMessages, manager: EntityManager | null = null): Promise<Stored> {
    const work = (session: SqlSession) => this.insert(wanted, session);
    if (manager) return this.database.within(manager, work);
    const stored = await this.database.transaction(work);
    await failpoint('messages-stored');
    return stored;
  }

  private async insert({ messages, givenIds }: IdentifiedMessages, session: SqlSession): Promise<Stored> {
    const createdAt = await this.messages.now(session);
    const isNew = givenIds.size === 0;
    for (let start = 0; start < messages.length; start += ROWS_PER_STATEMENT) {
      const rows = messages.slice(start, start + ROWS_PER_STATEMENT);
      await this.messages.insertQueued(rows, createdAt, session, { isNew });
    }
    const stored = new Map(
      givenIds.size > 0
        ? (await this.messages.findLatestByIds([...givenIds], session)).map((message) => [message.customImsId, message])
        : [],
    );
    const conflicts = conflictingIds(messages, stored);
    if (conflicts.length > 0) throw new EmayImsConflictError(conflicts);
    const held = [...stored.values()].filter(({ state, dueAt }) => state === 'QUEUED' && dueAt === null);
    if (held.length > 0) {
      await this.messages.unhold(
        held.map(({ customImsId }) => customImsId),
        session,
      );
    }
    return { createdAt, stored };
  }
}
