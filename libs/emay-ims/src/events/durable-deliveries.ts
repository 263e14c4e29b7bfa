import { type EmayImsEngine, type EngineJob, jobName } from '../engine/engine.js';
import { DurableDelivery } from './durable-delivery.js';
import type { EventListeners } from './event-listeners.js';
import type { EventTransactions } from './event-transactions.js';

/** Interval of the search for events recorded by other instances, or ready for another call. */
const DELIVER_EVERY_MS = 2_000;

/** Calls the durable handlers of an account: one delivery for each, once they are known. */
export class DurableDeliveries {
  private deliveries: readonly DurableDelivery[] = [];

  constructor(
    private readonly events: EventTransactions,
    private readonly listeners: EventListeners,
    private readonly engine: EmayImsEngine,
    private readonly account: string,
  ) {}

  /** All handlers are registered: assigns the events that came earlier, and creates the deliveries. */
  async handlersAreKnown(): Promise<void> {
    await this.events.handlersAreKnown();
    const { durable } = this.listeners;
    this.deliveries = durable.map((handler) => new DurableDelivery(this.events.durable, handler, this.account));
  }

  /** Names of the durable handlers of this process. */
  get handlers(): string[] {
    return this.deliveries.map(({ handler }) => handler.name);
  }

  get jobs(): EngineJob[] {
    return this.deliveries.map((delivery) => ({
      name: deliveryJob(this.account, delivery.handler.name),
      schedule: { everyMs: DELIVER_EVERY_MS },
      run: () => delivery.deliver(),
    }));
  }

  /** Makes dead-lettered events ready for another call; resolves to how many. */
  async retryFailed(handler: string | null): Promise<number> {
    const retried = await this.events.durable.retryFailed(handler);
    for (const { name } of this.jobs) this.engine.wake(name);
    return retried;
  }

  /** Claims nothing more, and has `ended` wait a limited time for calls in progress. */
  stop(): void {
    for (const delivery of this.deliveries) delivery.stop();
  }

  /** Resolves once no call is in progress, and its result is recorded. */
  async ended(): Promise<void> {
    await Promise.all(this.deliveries.map((delivery) => delivery.ended()));
  }
}

export function deliveryJob(account: string, handler: string): string {
  return jobName(account, `events:${handler}`);
}
