import type { ImsMessageState } from '../messages/message-state.js';

/**
 * `outcome`, the one column of a message's state that has an index: NULL on the usual way (QUEUED, SUBMITTING, ACCEPTED, DELIVERED), otherwise
 * the state, or HELD.
 *
 * - The states of the usual way have no index: answers and reports would rewrite it with each step. What is QUEUED stands in `emay_ims_due`,
 *   what waits for an answer or a report in `emay_ims_attempt`.
 */
const USUAL: readonly ImsMessageState[] = ['QUEUED', 'SUBMITTING', 'ACCEPTED', 'DELIVERED'];

/** A QUEUED message on hold for its caller: the dispatcher does not see it. */
export const HELD = 'HELD';

/** The state as `outcome` lists it; `null`: it does not. */
export function outcomeOf(state: ImsMessageState): ImsMessageState | null {
  return USUAL.includes(state) ? null : state;
}

/** `outcomeOf` as SQL, of one state. */
export function outcomeLiteral(state: ImsMessageState): string {
  const outcome = outcomeOf(state);
  return outcome === null ? 'NULL' : `'${outcome}'`;
}

/** `outcomeOf` for a state that SQL computes; not for messages on hold. */
export function outcomeSql(state: string): string {
  return `CASE WHEN ${state} IN (${USUAL.map((one) => `'${one}'`).join(', ')}) THEN NULL ELSE ${state} END`;
}
