import type { FaultDefinition } from './fault-definition.js';

/** The gateway's clock is off for this request: timestamps are judged by it, and the times in reports come from it. */
export interface ClockSkewFault {
  readonly kind: 'clock-skew';
  /** Milliseconds, negative for a clock that is behind, at most a hundred years. Default: 15 minutes, beyond the default tolerance. */
  readonly ms?: number | undefined;
}

/** A hundred years: beyond the year 9999 no timestamp has 14 digits, and further on there are no dates. */
const MAX_SKEW_MS = 100 * 365.25 * 86_400_000;

export const clockSkew: FaultDefinition<ClockSkewFault> = {
  meaning: 'the answer of a gateway whose clock is `ms` ahead: `ERROR_TIMESTAMP`, or reports with shifted times',
  accepts: 'yes',
  fields: {
    ms: {
      type: 'integer',
      min: -MAX_SKEW_MS,
      max: MAX_SKEW_MS,
      default: 15 * 60_000,
      meaning: 'milliseconds; negative: behind',
    },
  },
  play: (exchange, { ms }) => exchange.answer(exchange.accept({ clockShiftMs: ms })),
};
