import type { ImsMessageState } from '../messages/message-state.js';

/**
 * Under which heading the index of what is due lists a message (`listed_as`), and its place there (`listed_at`).
 *
 * - QUEUED: by when it is due; without a place while it is held for its caller.
 * - HANDED_OVER: SUBMITTING, ACCEPTED and DELIVERED alike, by the end of the attempt. So an answer or a report that goes the
 *   usual way changes no indexed column: that is a third of what the database has to do for a message.
 * - Any other state under its own name: those are few, and people look for them.
 *
 * Which of those handed over still wait for something, `HandedOverSweep` knows.
 */
export const HANDED_OVER = 'HANDED_OVER';

const LISTED_TOGETHER: readonly ImsMessageState[] = ['SUBMITTING', 'ACCEPTED', 'DELIVERED'];

export function listedAs(state: ImsMessageState): string {
  return LISTED_TOGETHER.includes(state) ? HANDED_OVER : state;
}

/** The same of a state that SQL computes. */
export function listedAsSql(state: string): string {
  const together = LISTED_TOGETHER.map((one) => `'${one}'`).join(', ');
  return `CASE WHEN ${state} IN (${together}) THEN '${HANDED_OVER}' ELSE ${state} END`;
}

/** Every priority there is: an `IN` over them lets the index reach `listed_at` behind them. */
export const ANY_PRIORITY = '0, 1, 2, 3, 4, 5, 6, 7, 8, 9';

/** Parameters: account. Of what was handed over up to there, no message of the account waits for its answer or report. */
export const SETTLED_UP_TO = `COALESCE((SELECT reached FROM emay_ims_sweep WHERE account = ? AND state = 'ACCEPTED'), 0)`;

/** What was handed over and may wait for something. Parameters: account. */
export const WAITING_HANDED_OVER = `listed_as = '${HANDED_OVER}' AND priority IN (${ANY_PRIORITY}) AND listed_at > ${SETTLED_UP_TO}`;
