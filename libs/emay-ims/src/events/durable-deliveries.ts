import { type EmayImsEngine, type EngineJob, jobName } from '../engine/engine.js';
import { DurableDelivery } from './durable-delivery.js';
import type { EventListeners } from './event-listeners.js';
import type { EventTransactions } from './event-transactions.js';

/** How often to look for events that another instance recorded, or whose handler is to be called again. */
const DELIVER_EVERY_MS = 2_000;

/** What calls the durable handlers of an account: a delivery for each, once they are known. */
export class DurableDeliveries {
  private deliveries: readonly DurableDelivery[] = [];

  constructor(
    private readonly events: EventTransactions,
    private readonly listeners: EventListeners,
    private readonly engine: EmayImsEngine,
    private readonly account: string,
  ) {}

  /** Every handler listens now: those that events came before are told of them. */
  async handlersAreKnown(): Promise<void> {
    await this.events.handlersAreKnown();
    const { durable } = this.listeners;
    this.deliveries = durable.map((handler) => new DurableDelivery(this.events.durable, handler, this.account));
  }

  get jobs(): EngineJob[] {
    return this.deliveries.map((delivery) => ({
      name: deliveryJob(this.account, delivery.handler.name),
      schedule: { everyMs: DELIVER_EVERY_MS },
      run: () => delivery.deliver(),
    }));
  }

  /** Has handlers called again with the events that they have failed at too often; resolves to how many. */
  async retryFailed(handler: string | null): Promise<number> {
    const retried = await this.events.durable.retryFailed(handler);
    for (const { name } of this.jobs) this.engine.wake(name);
    return retried;
  }

  /** Claims nothing more, and waits for calls under way only so long. */
  stop(): void {
    for (const delivery of this.deliveries) delivery.stop();
  }
}

export function deliveryJob(account: string, handler: string): string {
  return jobName(account, `events:${handler}`);
}
