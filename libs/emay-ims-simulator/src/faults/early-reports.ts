import { MAX_TIMER_MS } from '../circumstances/max-timer-ms.js';
import type { FaultDefinition } from './fault-definition.js';
import { REPLANNED_CALLS } from './replanned.js';

/** The reports of this request's messages are due before its answer goes out. */
export interface EarlyReportsFault {
  readonly kind: 'early-reports';
  /** How long the answer waits meanwhile, in milliseconds. Default: 1,000. */
  readonly answerAfterMs?: number | undefined;
}

export const earlyReports: FaultDefinition<EarlyReportsFault> = {
  meaning: 'the answer after `answerAfterMs`; the reports of these messages are due, or pushed, before it',
  accepts: 'yes',
  calls: REPLANNED_CALLS,
  fields: { answerAfterMs: { type: 'integer', min: 0, max: MAX_TIMER_MS, default: 1_000, meaning: 'milliseconds' } },
  async play(exchange, { answerAfterMs }) {
    const answer = exchange.accept({
      replan: (planned) => planned.map((report) => ({ ...report, when: 'at-once' })),
    });
    await exchange.pushDue();
    await exchange.wait(answerAfterMs);
    exchange.answer(answer);
  },
};
