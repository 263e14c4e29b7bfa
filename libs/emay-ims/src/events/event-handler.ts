import type { EmayImsEvent, EmayImsEventType } from './emay-ims-event.js';

/** A method that wants to be called with events of an account. */
export interface EventHandler {
  /** For logs, e.g. `Orders.onDelivered`. */
  readonly label: string;
  readonly types: ReadonlySet<EmayImsEventType>;
  handle(event: EmayImsEvent): unknown;
}

/** One that must not miss any. */
export interface DurableHandler extends EventHandler {
  /** The name its events are recorded under. */
  readonly name: string;
}
