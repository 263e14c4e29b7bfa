import type { CallName } from '../wire/call-name.js';
import type { Transport } from '../wire/transport.js';
import type { Fault } from './fault.js';

/** What a fault may meet: a request of a caller, or a push of the gateway's own. */
export type Meeting =
  | 'push'
  | {
      readonly call: CallName;
      readonly transport: Transport;
      /** It asks to send and names no number: so clients try the way. Who counts requests lets it pass. */
      readonly isToNobody: boolean;
    };

/** Something that may spoil coming requests: an order, a closed port, a scenario. */
export interface Armed {
  /** How many requests it will still spoil. */
  readonly remaining: number;
  /** The fault that this request or push meets, now spent once. */
  take(meeting: Meeting): Fault | undefined;
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
