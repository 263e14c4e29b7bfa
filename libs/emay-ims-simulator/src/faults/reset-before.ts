import type { FaultDefinition } from './fault-definition.js';

/** The request arrives in full, then the connection is reset. Nothing is accepted. */
export interface ResetBeforeFault {
  readonly kind: 'reset-before';
}

export const resetBefore: FaultDefinition<ResetBeforeFault> = {
  meaning: 'a TCP reset after the whole request has arrived',
  accepts: 'no',
  fields: {},
  play: (exchange) => exchange.reset(),
};
