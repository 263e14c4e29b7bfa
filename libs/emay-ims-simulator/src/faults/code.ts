import type { EitherSide, FaultDefinition } from './fault-definition.js';

/** Any answer code, listed or not, without data. */
export interface CodeFault extends EitherSide {
  readonly kind: 'code';
  readonly code: string;
  /** Where it stands: in the JSON, or in the HTTP header `result` with an empty body. Default: `body`. */
  readonly where?: 'body' | 'header' | undefined;
}

export const code: FaultDefinition<CodeFault> = {
  meaning: '`{ "code": code }`, listed or not; `where: "header"`: in the header `result`, without a body',
  accepts: 'choice',
  fields: {
    code: {
      type: 'text',
      inHeader: ({ where }) => where === 'header',
      required: true,
      meaning: 'such as ERROR_SIGN, or any other text',
    },
    where: { type: 'choice', choices: ['body', 'header'], default: 'body', meaning: 'of the answer' },
  },
  play(exchange, { code: given, where, accept }) {
    if (accept) exchange.accept();
    if (where === 'header') exchange.send('', { code: given, headers: { result: given } });
    else exchange.answer({ code: given });
  },
};
