import type { EitherSide, FaultDefinition } from './fault-definition.js';

/** Any answer code, listed or not, without data. */
export interface CodeFault extends EitherSide {
  readonly kind: 'code';
  readonly code: string;
}

export const code: FaultDefinition<CodeFault> = {
  meaning: '`{ "code": code }`, listed or not',
  accepts: 'choice',
  fields: { code: { type: 'text', required: true, meaning: 'such as ERROR_SIGN, or any other text' } },
  play(exchange, fault) {
    if (fault.accept) exchange.accept();
    exchange.answer({ code: fault.code });
  },
};
