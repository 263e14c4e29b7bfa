import type { ImsDatabase } from '../database/ims-database.js';
import { DurableEventStore } from './durable-event-store.js';
import type { EmayImsEvent } from './emay-ims-event.js';
import { EventListeners } from './event-listeners.js';
import { TransactionEvents, type EventfulSession } from './transaction-events.js';

type EventfulWork<T> = (session: EventfulSession) => Promise<T>;

/**
 * Transactions that tell what they made true.
 *
 * - Told after the commit, and not at all without it.
 * - For durable handlers it is recorded in the same transaction.
 * - While nobody listens they are plain transactions, and a step that needs none runs without.
 */
export class EventTransactions {
  readonly durable: DurableEventStore;

  constructor(
    private readonly database: ImsDatabase,
    account: string,
    private readonly listeners = new EventListeners(),
    /** Called with the name of each durable handler that has got something to do. */
    private readonly wake: (handler: string) => void = () => undefined,
  ) {
    this.durable = new DurableEventStore(database, account);
  }

  get wantsMessages(): boolean {
    return this.listeners.wantsMessages;
  }

  /** A step that changes messages: in a transaction only where somebody wants to know which. */
  step<T>(work: EventfulWork<T>): Promise<T> {
    return this.wantsMessages ? this.transaction(work) : work(this.database);
  }

  async transaction<T>(work: EventfulWork<T>): Promise<T> {
    const { wantsAnything, wantsMessages } = this.listeners;
    if (!wantsAnything) return this.database.transaction(work);
    let events: readonly EmayImsEvent[] = [];
    const result = await this.database.transaction(async (session) => {
      const collected = new TransactionEvents(wantsMessages); // The work may run again: nothing of the last try counts.
      const value = await work({ ...session, events: collected });
      events = collected.all();
      if (this.listeners.durable.length > 0) await this.durable.record(events, this.listeners.durable, session);
      return value;
    });
    for (const event of events) this.listeners.emit(event);
    for (const { name, types } of this.listeners.durable)
      if (events.some(({ type }) => types.has(type))) this.wake(name);
    return result;
  }
}
