import { sendCut } from '../exchange/cut-body.js';
import { placesWithin } from '../exchange/whole-reports.js';
import type { FaultDefinition } from './fault-definition.js';

const ANSWERS = ['whole', 'cut', 'reset', 'error'] as const;

/** The page goes back into the queue as it is handed out, so the next report call gets it again. */
export interface ReturnedPageFault {
  readonly kind: 'returned-page';
  /** What the caller gets of it. `cut`: the first half; `error`: `ERROR_PARAMS`. Default: `whole`. */
  readonly answer?: (typeof ANSWERS)[number] | undefined;
}

export const returnedPage: FaultDefinition<ReturnedPageFault> = {
  meaning: 'the report batch, which returns to the queue and comes again; `answer` chooses how much arrives now',
  accepts: 'yes',
  calls: ['getIMSReport'],
  fields: { answer: { type: 'choice', choices: ANSWERS, default: 'whole', meaning: 'what arrives' } },
  play(exchange, { answer: arrives }) {
    const answer = exchange.accept({ putsBack: true });
    if (arrives === 'reset') return exchange.reset();
    if (arrives === 'whole' || answer.code !== 'SUCCESS') return exchange.answer(answer);
    if (arrives === 'error') return exchange.answer({ code: 'ERROR_PARAMS' });
    const whole = exchange.bytesOf(answer);
    const sentBytes = Math.floor(whole.length / 2);
    exchange.keepsWhole(placesWithin(answer, exchange.form, exchange.form.readableIn(whole.subarray(0, sentBytes))));
    sendCut(exchange, { code: answer.code, whole, sentBytes, breaks: 'connection', headers: {} });
  },
};
