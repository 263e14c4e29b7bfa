import type { FaultDefinition } from './fault-definition.js';

/** Ids as bare JSON numbers: more digits than a double holds. A customImsId only where it is digits without a leading 0. */
export interface NumericIdsFault {
  readonly kind: 'numeric-ids';
}

const QUOTED_ID = /"(imsId|customImsId)":"([1-9]\d*)"/g;

export const numericIds: FaultDefinition<NumericIdsFault> = {
  meaning: 'IDs as JSON numbers, without quotes',
  accepts: 'yes',
  fields: {},
  play(exchange) {
    const answer = exchange.accept();
    exchange.answerAs(exchange.sealed(exchange.form.text(answer).replaceAll(QUOTED_ID, '"$1":$2')), answer);
  },
};
