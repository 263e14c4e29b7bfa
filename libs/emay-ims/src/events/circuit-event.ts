import { AccountCircuit } from '../engine/account-circuit.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import type { EmayImsEventMap, ImsCircuitName } from './emay-ims-event.js';
import type { EmayImsClock } from '../time/clock.js';
import type { EventListeners } from './event-listeners.js';

/** A circuit that tells when it opens and closes. */
export function newCircuit(
  circuit: ImsCircuitName,
  { dispatch, name }: ResolvedEmayImsOptions,
  listeners: EventListeners,
  clock: EmayImsClock,
): AccountCircuit {
  return new AccountCircuit(
    dispatch,
    (turned) => listeners.emit(circuitEvent(name, circuit, turned, new Date())),
    () => clock.monotonic(),
  );
}

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
