import type { FaultDefinition } from './fault-definition.js';

/** The gateway acts on the request, then the connection is reset before a byte of the answer. */
export interface ResetAfterFault {
  readonly kind: 'reset-after';
}

export const resetAfter: FaultDefinition<ResetAfterFault> = {
  meaning: 'a TCP reset before the first byte of the answer',
  accepts: 'yes',
  fields: {},
  play(exchange) {
    exchange.accept();
    exchange.reset();
  },
};
