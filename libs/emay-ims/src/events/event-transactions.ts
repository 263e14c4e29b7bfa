import type { ImsDatabase } from '../database/ims-database.js';
import { WorkInFlight } from '../engine/work-in-flight.js';
import { DurableEventStore } from './durable-event-store.js';
import type { EmayImsEvent } from './emay-ims-event.js';
import { EventListeners } from './event-listeners.js';
import { TransactionEvents, type EventfulSession } from './transaction-events.js';

/** How long to wait for transactions that began before the handlers were known. */
const EARLY_MS = 30_000;
/** Longer than any start: a process that recorded an early event so long ago has ended. */
const STALLED_MS = 300_000;
/**
 * The same where this process has no durable handler: what is older is deleted. Another application of the account may have one. It takes the
 * events when it starts, or when it is the one that sweeps; this is longer than it is likely to be down, or to wait for that.
 */
const UNWANTED_MS = 7 * 86_400_000;

type EventfulWork<T> = (session: EventfulSession) => Promise<T>;

/**
 * Transactions that emit events for their changes.
 *
 * - Events are emitted after the commit only.
 * - For durable handlers they are recorded in the same transaction.
 * - Without listeners, these are plain transactions, and a step that needs none runs without.
 * - Before the handlers are known, every event is recorded, and assigned later.
 */
export class EventTransactions {
  readonly durable: DurableEventStore;
  private readonly early = new WorkInFlight<'transaction'>();

  constructor(
    private readonly database: ImsDatabase,
    account: string,
    private readonly listeners = new EventListeners(),
    /** Called with the name of each durable handler that has new events. */
    private readonly wake: (handler: string) => void = () => undefined,
  ) {
    this.durable = new DurableEventStore(database, account);
  }

  get wantsMessages(): boolean {
    return this.listeners.wantsMessages;
  }

  /** A step that changes messages: in a transaction only if there are listeners for messages. */
  step<T>(work: EventfulWork<T>): Promise<T> {
    return this.wantsMessages ? this.transaction(work) : work(this.database);
  }

  async transaction<T>(work: EventfulWork<T>): Promise<T> {
    if (!this.listeners.wantsAnything) return this.database.transaction(work);
    return this.listeners.areKnown ? this.tell(work) : this.early.during('transaction', () => this.tell(work));
  }

  /** Assigns early events to the handlers that are known now. */
  async handlersAreKnown(): Promise<void> {
    this.listeners.areKnown = true;
    await this.early.ended('transaction', EARLY_MS);
    await this.assignEarly(0);
  }

  /** The same for early events of processes that ended before their handlers were known; resolves to how many. */
  async tellHandlersOfEarly(): Promise<number> {
    if (!this.listeners.areKnown) return 0;
    const assigned = await this.assignEarly(STALLED_MS);
    if (assigned > 0) for (const { name } of this.listeners.durable) this.wake(name);
    return assigned;
  }

  private assignEarly(stalledMs: number): Promise<number> {
    const { durable } = this.listeners;
    return this.durable.assignEarly(durable, durable.length === 0 ? UNWANTED_MS : stalledMs);
  }

  private async tell<T>(work: EventfulWork<T>): Promise<T> {
    const { wantsMessages, areKnown } = this.listeners;
    let events: readonly EmayImsEvent[] = [];
    const result = await this.database.transaction(async (session) => {
      const collected = new TransactionEvents(wantsMessages); // The work may run again: drops the events of the last try.
      const value = await work({ ...session, events: collected });
      events = collected.all();
      if (!areKnown) await this.durable.recordEarly(events, session);
      else if (this.listeners.durable.length > 0) await this.durable.record(events, this.listeners.durable, session);
      return value;
    });
    for (const event of events) this.listeners.emit(event);
    for (const { name, types } of this.listeners.durable)
      if (events.some(({ type }) => types.has(type))) this.wake(name);
    return result;
  }
}
