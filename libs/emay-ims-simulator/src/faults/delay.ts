import { MAX_TIMER_MS } from '../circumstances/max-timer-ms.js';
import type { FaultDefinition } from './fault-definition.js';

/** The genuine answer, later. */
export interface DelayFault {
  readonly kind: 'delay';
  /** Milliseconds. */
  readonly ms: number;
  /** What waits: the answer of a gateway that has acted, or the acting as well. Default: `answer`. */
  readonly before?: 'answer' | 'acceptance' | undefined;
}

export const delay: FaultDefinition<DelayFault> = {
  meaning: 'the answer after `ms`; `before: "acceptance"` delays that too',
  accepts: 'yes',
  fields: {
    ms: { type: 'integer', min: 0, max: MAX_TIMER_MS, required: true, meaning: 'milliseconds' },
    before: { type: 'choice', choices: ['answer', 'acceptance'], default: 'answer', meaning: 'what waits' },
  },
  async play(exchange, { ms, before }) {
    if (before === 'answer') exchange.accept();
    await exchange.wait(ms);
    // As a gateway would: it notices a caller that has gone only when it writes.
    exchange.answer(exchange.accept());
  },
};
