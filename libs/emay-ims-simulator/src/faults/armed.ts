import type { CallName } from '../wire/call-name.js';
import type { Fault } from './fault.js';

/** Something that may spoil coming requests: an order, a closed port, a scenario. */
export interface Armed {
  /** How many requests it will still spoil. */
  readonly remaining: number;
  /**
   * The fault that a request of this call meets, now spent once.
   *
   * @param isToNobody it asks to send and names no number: so clients try the way. Who counts requests lets it pass.
   */
  take(call: CallName, isToNobody?: boolean): Fault | undefined;
  /** It will never spoil a request again. */
  isOver(): boolean;
  cancel(): void;
}

/** What the armed are given by the simulator. */
export interface FaultSurroundings {
  readonly now: () => number;
  /** A sequence of its own for each order, so that one order does not shift another's draws. */
  readonly newRandom: () => () => number;
  /** The port of the simulator. */
  readonly door: { shut(): void; open(): void };
}
