import { SEND_CALL_NAMES } from '../wire/call-name.js';
import type { FaultDefinition } from './fault-definition.js';

/** The gateway fails in the middle of a request: its first messages are taken, and the answer is an error. */
export interface PartlyAcceptedFault {
  readonly kind: 'partly-accepted';
  /** How many messages are taken. Default: 1. */
  readonly count?: number | undefined;
  /** Default: `ERROR_PARAMS`, which the gateway answers to any failure of its own. */
  readonly code?: string | undefined;
}

export const partlyAccepted: FaultDefinition<PartlyAcceptedFault> = {
  meaning: '`code`, although the first `count` messages were accepted; of a request that is refused anyway, none',
  accepts: 'yes',
  calls: SEND_CALL_NAMES,
  fields: {
    count: { type: 'integer', min: 0, default: 1, meaning: 'messages that are taken' },
    code: { type: 'text', default: 'ERROR_PARAMS', meaning: 'such as ERROR_PARAMS, or any other text' },
  },
  play(exchange, { count, code }) {
    const answer = exchange.accept({ takesOnly: count });
    exchange.answer(answer.code === 'SUCCESS' ? { code } : answer);
  },
};
