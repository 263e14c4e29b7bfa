import type { ImsMessageState } from '../messages/message-state.js';

/**
 * Index key of a message: `listed_as`, and `listed_at` for its place under it.
 *
 * - QUEUED: listed by the time at which it becomes ready; by NULL while it is on hold.
 * - SUBMITTED: SUBMITTING, ACCEPTED and DELIVERED alike, listed by the end of the attempt. The key is constant through these states, to
 *   avoid index writes: they are a third of the database's work for a message.
 * - Any other state is its own key: those messages are few, and people search for them.
 *
 * `SubmittedSweep` tracks which submitted messages still wait for an answer or a report.
 */
export const SUBMITTED = 'HANDED_OVER';

const STATES_OF_SUBMITTED: readonly ImsMessageState[] = ['SUBMITTING', 'ACCEPTED', 'DELIVERED'];

export function indexKeyOf(state: ImsMessageState): string {
  return STATES_OF_SUBMITTED.includes(state) ? SUBMITTED : state;
}

/** `indexKeyOf`, for a state that SQL computes. */
export function indexKeySql(state: string): string {
  const together = STATES_OF_SUBMITTED.map((one) => `'${one}'`).join(', ');
  return `CASE WHEN ${state} IN (${together}) THEN '${SUBMITTED}' ELSE ${state} END`;
}

/** Every priority. `IN` over all of them lets the index range over `listed_at`, which comes after the priority. */
export const ANY_PRIORITY = '0, 1, 2, 3, 4, 5, 6, 7, 8, 9';

/** Parameters: account. Up to this place, no submitted message of the account waits for its answer or report. */
export const COMPLETED_UP_TO = `COALESCE((SELECT reached FROM emay_ims_sweep WHERE account = ? AND state = 'ACCEPTED'), 0)`;

/** Submitted messages that may wait for an answer or a report. Parameters: account. */
export const WAITING_SUBMITTED = `listed_as = '${SUBMITTED}' AND priority IN (${ANY_PRIORITY}) AND listed_at > ${COMPLETED_UP_TO}`;
