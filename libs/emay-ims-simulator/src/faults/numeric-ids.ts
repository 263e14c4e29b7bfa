import type { FaultBehaviour } from './fault-behaviour.js';

/** Ids as bare JSON numbers: more digits than a double holds. A customImsId only where it is digits without a leading 0. */
export interface NumericIdsFault {
  readonly kind: 'numeric-ids';
}

const QUOTED_ID = /"(imsId|customImsId)":"([1-9]\d*)"/g;

export const numericIds: FaultBehaviour<NumericIdsFault> = (exchange) => {
  const answer = exchange.accept();
  exchange.send(JSON.stringify(answer).replaceAll(QUOTED_ID, '"$1":$2'), { code: answer.code });
};
