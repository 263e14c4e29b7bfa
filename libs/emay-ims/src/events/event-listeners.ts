import { Subject, type Observable } from 'rxjs';
import { GuardedLogger } from '../diagnostics/index.js';
import type { EmayImsEvent } from './emay-ims-event.js';
import { describeError, describeEvent } from './event-description.js';
import type { DurableHandler, EventHandler } from './event-handler.js';
import { GuardedObservable } from './guarded-observable.js';
import { isThenable } from './is-thenable.js';

/**
 * Those who want to know what happens to one account.
 *
 * - A listener that throws or rejects is logged; it disturbs neither the others nor what the event tells of.
 */
export class EventListeners {
  readonly events$: Observable<EmayImsEvent>;
  readonly durable: DurableHandler[] = [];
  private readonly handlers: EventHandler[] = [];
  private readonly subject = new Subject<EmayImsEvent>();
  private readonly logger: GuardedLogger;
  private hasMessageHandlers = false;

  constructor(readonly account = 'default') {
    this.logger = GuardedLogger.of(account);
    const onFailure = (error: unknown) => this.report('A subscriber of events$', error);
    this.events$ = new GuardedObservable(onFailure, (subscriber) => this.subject.subscribe(subscriber));
  }

  /** Whether what a step changes is of interest to anybody. */
  get wantsMessages(): boolean {
    return this.hasMessageHandlers || this.subject.observed;
  }

  /** Whether anything is. */
  get wantsAnything(): boolean {
    return this.handlers.length > 0 || this.durable.length > 0 || this.subject.observed;
  }

  add(handler: EventHandler): void {
    this.handlers.push(handler);
    this.noteTypes(handler);
  }

  addDurable(handler: DurableHandler): void {
    this.durable.push(handler);
    this.noteTypes(handler);
  }

  /** Tells those who listen in this process; what is durable has been recorded before. */
  emit(event: EmayImsEvent): void {
    for (const handler of this.handlers) if (handler.types.has(event.type)) this.call(handler, event);
    this.subject.next(event);
  }

  /** Nothing happens any more. */
  close(): void {
    this.subject.complete();
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
