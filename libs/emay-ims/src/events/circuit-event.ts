import type { AccountCircuit } from '../engine/account-circuit.js';
import type { EmayImsEventMap, ImsCircuitName } from './emay-ims-event.js';

/** The event of a circuit that has just opened or closed. */
export function circuitEvent(
  account: string,
  circuit: ImsCircuitName,
  { reason, refusesAccount }: Pick<AccountCircuit, 'reason' | 'refusesAccount'>,
  occurredAt: Date,
): EmayImsEventMap['account.circuit-opened' | 'account.circuit-closed'] {
  const shared = { account, occurredAt, circuit };
  return reason === null
    ? { ...shared, type: 'account.circuit-closed' }
    : { ...shared, type: 'account.circuit-opened', reason, refusesAccount };
}
