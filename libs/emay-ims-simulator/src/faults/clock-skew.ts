import type { FaultDefinition } from './fault-definition.js';

/** The gateway's clock is off for this request: timestamps are judged by it, and the times in reports come from it. */
export interface ClockSkewFault {
  readonly kind: 'clock-skew';
  /** Milliseconds, negative for a clock that is behind. Default: 15 minutes, beyond the default tolerance. */
  readonly ms?: number | undefined;
}

export const clockSkew: FaultDefinition<ClockSkewFault> = {
  meaning: 'the answer of a gateway whose clock is `ms` ahead: `ERROR_TIMESTAMP`, or reports with shifted times',
  accepts: 'yes',
  fields: {
    ms: {
      type: 'integer',
      min: -Number.MAX_SAFE_INTEGER,
      default: 15 * 60_000,
      meaning: 'milliseconds; negative: behind',
    },
  },
  play: (exchange, { ms }) => exchange.answer(exchange.accept({ clockShiftMs: ms })),
};
