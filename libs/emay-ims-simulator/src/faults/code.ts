import type { EitherSide, FaultBehaviour } from './fault-behaviour.js';

/** Any answer code, listed or not, without data. */
export interface CodeFault extends EitherSide {
  readonly kind: 'code';
  readonly code: string;
}

export const code: FaultBehaviour<CodeFault> = (exchange, fault) => {
  if (fault.accept) exchange.accept();
  exchange.answer({ code: fault.code });
};
