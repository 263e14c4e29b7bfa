import { EmayImsConflictError } from '../errors/emay-ims-errors.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import { conflictingIds, type IdentifiedMessages } from '../messages/message-identity.js';
import type { Enqueuer } from '../sending/enqueuer.js';
import type { InMemoryMessageQueue } from './in-memory-message-queue.js';
import type { MessageTable } from './message-table.js';
import type { Surface } from './surface.js';

/**
 * Stores messages for `dispatch()`: all of a call, or none.
 *
 * - It knows of no transaction: whatever manager is given, the messages are there at once, and stay after a rollback.
 */
export class InMemoryEnqueuer implements Surface<Enqueuer> {
  constructor(
    private readonly queue: InMemoryMessageQueue,
    private readonly table: MessageTable,
  ) {}

  async enqueue(wanted: IdentifiedMessages): Promise<ImsMessage[]> {
    await this.store(wanted);
    return this.table.byIds(wanted.messages.map(({ customImsId }) => customImsId));
  }

  async store({ messages, givenIds }: IdentifiedMessages) {
    const createdAt = await this.queue.now();
    // Nothing is awaited between looking and storing: two calls with one id do not both find it free.
    const stored = new Map(this.table.byIds([...givenIds]).map((message) => [message.customImsId, message]));
    const conflicts = conflictingIds(messages, stored);
    if (conflicts.length > 0) throw new EmayImsConflictError(conflicts);
    await this.queue.insertQueued(messages, createdAt);
    await this.queue.unhold([...stored.keys()]);
    return { createdAt, isReady: true, stored };
  }
}
