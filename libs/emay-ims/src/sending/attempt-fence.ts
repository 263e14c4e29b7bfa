import type { HeldBack } from '../client/index.js';
import type { Attempt, ClaimedMessage } from '../messages/attempt.js';
import { elapsedSince, type EmayImsClock } from '../time/clock.js';

/** Margin before the end of an attempt: for the time from this check to the first byte, and for clock drift. */
const MARGIN_MS = 2_000;

/** An attempt that measures its age. It begins before its messages are claimed, so the claim's duration counts. */
export interface RunningAttempt extends Attempt {
  /** By the monotonic or the wall clock, whichever shows more. */
  elapsedMs(): number;
  /** Why its request must not be sent; `null`: it may. */
  heldBack: HeldBack | null;
}

export function runAttempt(attempt: Attempt, clock: EmayImsClock, heldBack: HeldBack | null = null): RunningAttempt {
  return { ...attempt, heldBack, elapsedMs: elapsedSince(clock) };
}

export type ClosedBy = 'ATTEMPT_OVER' | 'PAST_EXPIRY';

/**
 * The fence: why the request must not be sent any more; `null`: it may.
 *
 * - `ATTEMPT_OVER`: maintenance may have found it stalled, and a person may have resolved its messages.
 * - `PAST_EXPIRY`: a message is past its `expiresAt`. The database gave the time left and this process measures it, so this machine's clock
 *   does not matter.
 */
export function closedBy(attempt: RunningAttempt, messages: readonly ClaimedMessage[]): ClosedBy | null {
  const elapsedMs = attempt.elapsedMs();
  if (elapsedMs >= attempt.lastsMs - MARGIN_MS) return 'ATTEMPT_OVER';
  return messages.some(({ expiresInMs = Infinity }) => elapsedMs >= expiresInMs) ? 'PAST_EXPIRY' : null;
}
