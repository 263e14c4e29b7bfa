import type { EitherSide, FaultBehaviour } from './fault-behaviour.js';

/** No answer comes; the connection stays open until the caller or the simulator closes it. */
export interface HangFault extends EitherSide {
  readonly kind: 'hang';
}

export const hang: FaultBehaviour<HangFault> = (exchange, { accept = false }) => {
  if (accept) exchange.accept();
};
