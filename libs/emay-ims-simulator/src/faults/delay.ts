import type { FaultBehaviour } from './fault-behaviour.js';

/** The genuine answer, later. */
export interface DelayFault {
  readonly kind: 'delay';
  /** Milliseconds. */
  readonly ms: number;
  /** What waits: the answer of a gateway that has acted, or the acting as well. Default: `answer`. */
  readonly before?: 'answer' | 'acceptance';
}

export const delay: FaultBehaviour<DelayFault> = async (exchange, { ms, before = 'answer' }) => {
  if (before === 'answer') exchange.accept();
  await exchange.wait(ms);
  // As a gateway would: it notices a caller that has gone only when it writes.
  exchange.answer(exchange.accept());
};
