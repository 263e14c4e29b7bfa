import type { FaultBehaviour } from './fault-behaviour.js';

/** The gateway acts on the request, then the connection is reset before a byte of the answer. */
export interface ResetAfterFault {
  readonly kind: 'reset-after';
}

export const resetAfter: FaultBehaviour<ResetAfterFault> = (exchange) => {
  exchange.accept();
  exchange.reset();
};
