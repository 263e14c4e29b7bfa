import type { FaultBehaviour } from './fault-behaviour.js';

/** The request arrives in full, then the connection is reset. Nothing is accepted. */
export interface ResetBeforeFault {
  readonly kind: 'reset-before';
}

export const resetBefore: FaultBehaviour<ResetBeforeFault> = (exchange) => exchange.reset();
