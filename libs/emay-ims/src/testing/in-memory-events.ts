import type { EmayImsEvent } from '../events/emay-ims-event.js';
import type { DurableHandler, EventHandler } from '../events/event-handler.js';
import { EventListeners } from '../events/event-listeners.js';

/** An event that a durable handler is to be called with. */
interface WaitingEvent {
  handler: DurableHandler;
  event: EmayImsEvent;
}

/**
 * Who listens to one account in memory, in a way that a test can wait for.
 *
 * - Durable handlers are the background's: what they are to hear waits until a call is seen through. One that throws
 *   fails that call and keeps its event for the next.
 * - A call waits only for handlers that have begun since: a handler may make one itself and does not wait for its own end.
 */
export class InMemoryEvents extends EventListeners {
  private pending: WaitingEvent[] = [];
  /** Calls of the other handlers, numbered as they begin. */
  private readonly inFlight = new Map<number, Promise<unknown>>();
  private begun = 0;

  /** How many events wait for durable handlers. */
  get waiting(): number {
    return this.pending.length;
  }

  override add(handler: EventHandler): void {
    super.add({ ...handler, handle: (event) => this.follow(handler, event) });
  }

  override emit(event: EmayImsEvent): void {
    super.emit(event);
    for (const handler of this.durable) if (handler.types.has(event.type)) this.pending.push({ handler, event });
  }

  /** Tells once the step that makes it true, which lets nobody in between, is over: that is its commit. */
  tell(event: EmayImsEvent | null): void {
    if (event) void Promise.resolve().then(() => this.emit(event));
  }

  /**
   * Does the work, calls durable handlers with all that waits for them, one after the other, and waits for the calls of
   * the others that have begun meanwhile.
   *
   * @throws what the first of the durable handlers that failed threw
   */
  async seeThrough(work: () => Promise<void>): Promise<void> {
    const first = this.begun;
    await work();
    const failed: { waiting: WaitingEvent; error: unknown }[] = [];
    for (;;) {
      await this.ended(first);
      const waiting = this.pending.shift();
      if (!waiting) break;
      try {
        await waiting.handler.handle(waiting.event);
      } catch (error) {
        failed.push({ waiting, error });
      }
    }
    this.pending.push(...failed.map(({ waiting }) => waiting));
    if (failed[0]) throw failed[0].error;
  }

  clear(): void {
    this.pending = [];
  }

  private follow(handler: EventHandler, event: EmayImsEvent): unknown {
    const call = this.begun++;
    const result = handler.handle(event);
    const end = () => void this.inFlight.delete(call);
    this.inFlight.set(call, Promise.resolve(result).then(end, end));
    return result;
  }

  /** Resolves once no call is under way that has this number or a higher one. */
  private async ended(first: number): Promise<void> {
    const calls = [...this.inFlight].filter(([call]) => call >= first);
    if (calls.length === 0) return;
    await Promise.all(calls.map(([, ended]) => ended));
    await this.ended(first);
  }
}
