import { STATUS_CODES } from 'node:http';
import type { EitherSide, FaultDefinition } from './fault-definition.js';

/** An HTTP status other than 200, with its name as the body. */
export interface StatusFault extends EitherSide {
  readonly kind: 'status';
  /** Such as 500 or 503. */
  readonly status: number;
}

export const status: FaultDefinition<StatusFault> = {
  meaning: 'the HTTP `status`',
  accepts: 'choice',
  fields: { status: { type: 'integer', min: 200, max: 599, required: true, meaning: 'such as 500 or 503' } },
  play(exchange, fault) {
    if (fault.accept) exchange.accept();
    exchange.send(STATUS_CODES[fault.status] ?? '', { status: fault.status });
  },
};
