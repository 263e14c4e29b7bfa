import type { EitherSide, FaultDefinition } from './fault-definition.js';

/** No answer comes; the connection stays open until the caller or the simulator closes it. */
export interface HangFault extends EitherSide {
  readonly kind: 'hang';
}

export const hang: FaultDefinition<HangFault> = {
  meaning: 'nothing, on an open connection',
  accepts: 'choice',
  fields: {},
  play(exchange, { accept }) {
    if (accept) exchange.accept();
  },
};
