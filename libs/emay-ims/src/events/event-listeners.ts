import { Subject, type Observable } from 'rxjs';
import { GuardedLogger } from '../diagnostics/index.js';
import type { EmayImsEvent } from './emay-ims-event.js';
import { describeError, describeEvent } from './event-description.js';
import type { DurableHandler, EventHandler } from './event-handler.js';
import { GuardedObservable } from './guarded-observable.js';
import { isThenable } from './is-thenable.js';

/** Limit of events kept in memory, for an application that never starts. */
const MOST_KEPT = 10_000;

/**
 * The event listeners of one account.
 *
 * - A listener that throws or rejects is logged; it affects neither the others nor the change itself.
 */
export class EventListeners {
  readonly events$: Observable<EmayImsEvent>;
  readonly durable: DurableHandler[] = [];
  private readonly handlers: EventHandler[] = [];
  private readonly subject = new Subject<EmayImsEvent>();
  private readonly logger: GuardedLogger;
  private hasMessageHandlers = false;
  /** Events that handlers which are not durable are yet to be called with. */
  private kept: EmayImsEvent[] = [];
  private areCalled: boolean;

  constructor(
    readonly account = 'default',
    /** Whether every handler has been added. Until then, any event may be wanted. */
    public areKnown = true,
  ) {
    this.areCalled = areKnown;
    this.logger = GuardedLogger.of(account);
    const onFailure = (error: unknown) => this.report('A subscriber of events$', error);
    this.events$ = new GuardedObservable(onFailure, (subscriber) => this.subject.subscribe(subscriber));
  }

  /** Whether anything listens to changes of messages. */
  get wantsMessages(): boolean {
    return this.hasMessageHandlers || this.subject.observed || !this.areKnown;
  }

  /** Whether anything listens at all. */
  get wantsAnything(): boolean {
    return this.handlers.length > 0 || this.durable.length > 0 || this.subject.observed || !this.areKnown;
  }

  add(handler: EventHandler): void {
    this.handlers.push(handler);
    this.noteTypes(handler);
  }

  addDurable(handler: DurableHandler): void {
    this.durable.push(handler);
    this.noteTypes(handler);
  }

  /** Calls the listeners of this process; durable events have been recorded before. */
  emit(event: EmayImsEvent): void {
    if (this.areCalled) this.tellHandlers(event);
    else if (this.kept.length < MOST_KEPT) this.kept.push(event);
    this.subject.next(event);
  }

  /**
   * Calls the handlers from now on, first with the events that they have missed. Once the application has started: a handler may have to
   * prepare itself in `onModuleInit`.
   */
  callHandlers(): void {
    this.areCalled = true;
    for (const event of this.kept.splice(0)) this.tellHandlers(event);
  }

  /** No more events. */
  close(): void {
    this.subject.complete();
  }

  private tellHandlers(event: EmayImsEvent): void {
    for (const handler of this.handlers) if (handler.types.has(event.type)) this.call(handler, event);
  }

  private call(handler: EventHandler, event: EmayImsEvent): void {
    const failed = (error: unknown) => this.report(`${handler.label}, called with ${describeEvent(event)},`, error);
    try {
      const result = handler.handle(event);
      if (isThenable(result)) result.then(undefined, failed);
    } catch (error) {
      failed(error);
    }
  }

  private report(who: string, error: unknown): void {
    const { kind, frames } = describeError(error);
    this.logger.error(`${who} failed with ${kind}`, frames);
  }

  private noteTypes({ types }: EventHandler): void {
    this.hasMessageHandlers ||= [...types].some((type) => type.startsWith('message.'));
  }
}
