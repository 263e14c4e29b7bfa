import type { EitherSide, FaultDefinition } from './fault-definition.js';

/** No answer comes; the connection stays open until the caller or the simulator closes it. */
export interface HangFault extends EitherSide {
  readonly kind: 'hang';
}

export const hang: FaultDefinition<HangFault> = {
  meaning: 'no answer; the connection stays open',
  accepts: 'choice',
  fields: {},
  play(exchange, { accept }) {
    if (accept) exchange.accept();
  },
};
