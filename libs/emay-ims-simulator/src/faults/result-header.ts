import type { FaultDefinition } from './fault-definition.js';

/** The code stands in the HTTP header `result`, and an error has no body, as on the encrypted interface. */
export interface ResultHeaderFault {
  readonly kind: 'result-header';
}

export const resultHeader: FaultDefinition<ResultHeaderFault> = {
  meaning: 'the answer with its code in the HTTP header `result`; for an error the body is empty',
  accepts: 'yes',
  fields: {},
  play(exchange) {
    const answer = exchange.accept();
    const { code } = answer;
    const headers = { result: code };
    if (code === 'SUCCESS') exchange.answer(answer, { headers });
    else exchange.send('', { code, headers });
  },
};
