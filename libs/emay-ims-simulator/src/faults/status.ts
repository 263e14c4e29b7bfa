import { STATUS_CODES } from 'node:http';
import type { EitherSide, FaultBehaviour } from './fault-behaviour.js';

/** An HTTP status other than 200, with its name as the body. */
export interface StatusFault extends EitherSide {
  readonly kind: 'status';
  /** Such as 500 or 503. */
  readonly status: number;
}

export const status: FaultBehaviour<StatusFault> = (exchange, fault) => {
  if (fault.accept) exchange.accept();
  exchange.send(STATUS_CODES[fault.status] ?? '', { status: fault.status });
};
