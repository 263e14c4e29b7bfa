import { createCipheriv } from 'node:crypto';
import type { Exchange } from '../exchange/exchange.js';
import { placesWithin } from '../exchange/whole-reports.js';
import type { Answer } from '../wire/answer-code.js';
import { encodeText } from '../wire/charset.js';
import type { FaultDefinition } from './fault-definition.js';

/** A `SUCCESS` of the encrypted interface whose body or header is not what it should be. */
export interface WronglySealedFault {
  readonly kind: 'wrongly-sealed';
  /**
   * What is wrong. `other-key`: encrypted with another key; `padding`: the last block ends in zeros; `cut`:
   * the second half is missing, in the middle of a block; `not-packed`: the text is encrypted and not packed; `not-encrypted`:
   * readable JSON; `envelope`: `{ code, data }` where the data alone is due; `empty`: no body; `no-result`: the header
   * `result` is missing. Default: `other-key`.
   */
  readonly what?: keyof typeof WAYS | undefined;
}

const OTHER_KEY = 'another key than';

const WAYS = {
  'other-key': (exchange, answer) => {
    const cipher = createCipheriv('aes-128-ecb', OTHER_KEY, null);
    exchange.keepsWhole([]);
    exchange.answerAs(Buffer.concat([cipher.update(exchange.form.text(answer)), cipher.final()]), answer);
  },
  padding: (exchange, answer) => exchange.answerAs(exchange.form.sealWronglyPadded(textOf(exchange, answer)), answer),
  cut: (exchange, answer) => {
    const whole = exchange.bytesOf(answer);
    const sent = whole.subarray(0, Math.floor(whole.length / 2) | 1);
    exchange.keepsWhole(placesWithin(answer, exchange.form, exchange.form.readableIn(sent)));
    exchange.answerAs(sent, answer);
  },
  'not-packed': (exchange, answer) => exchange.answerAs(exchange.form.sealUnpacked(textOf(exchange, answer)), answer),
  'not-encrypted': (exchange, answer) => exchange.answerAs(textOf(exchange, answer), answer),
  envelope: (exchange, answer) => exchange.answerAs(exchange.sealed(JSON.stringify(answer)), answer),
  empty: (exchange, answer) => {
    exchange.keepsWhole([]);
    exchange.answerAs(Buffer.alloc(0), answer);
  },
  'no-result': (exchange, answer) => exchange.send(exchange.bytesOf(answer), { isWhole: true }),
} satisfies Record<string, (exchange: Exchange, answer: Answer) => void>;

export const wronglySealed: FaultDefinition<WronglySealedFault> = {
  meaning: 'a `SUCCESS` of the encrypted interface that breaks its form; `what` chooses how',
  accepts: 'yes',
  transport: 'secure',
  fields: { what: { type: 'choice', choices: Object.keys(WAYS), default: 'other-key', meaning: 'what is wrong' } },
  play(exchange, { what }) {
    const answer = exchange.accept();
    if (answer.code === 'SUCCESS') WAYS[what](exchange, answer);
    else exchange.answer(answer);
  },
};

function textOf({ form }: Exchange, answer: Answer): Buffer {
  return encodeText(form.text(answer), form.charset);
}
