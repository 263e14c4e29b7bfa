import type { HeldBack } from '../client/index.js';
import type { Attempt, ClaimedMessage } from '../messages/attempt.js';
import type { EmayImsClock } from '../time/clock.js';

/** How long before its end an attempt is given up: for what is between the last look at the clocks and the wire, and for clocks that run apart. */
const MARGIN_MS = 2_000;

/** An attempt that knows how long ago it was made: before its messages were claimed, so what claiming took counts. */
export interface RunningAttempt extends Attempt {
  /** By whichever clock says more. */
  elapsedMs(): number;
  /** Why its request is not to be sent at all. */
  heldBack: HeldBack | null;
}

export function runAttempt(attempt: Attempt, clock: EmayImsClock, heldBack: HeldBack | null = null): RunningAttempt {
  const [began, beganAt] = [clock.monotonic(), clock.wall()];
  return { ...attempt, heldBack, elapsedMs: () => Math.max(clock.monotonic() - began, clock.wall() - beganAt) };
}

export type ClosedBy = 'ATTEMPT_OVER' | 'PAST_EXPIRY';

/**
 * Why the messages may not leave any more; `null`: they may.
 *
 * - `ATTEMPT_OVER`: others may have found it abandoned, and a person may have decided about its messages.
 * - `PAST_EXPIRY`: one of them is past its `expiresAt`. How much time was left, the database has told; from there on it is
 *   measured, so it does not matter what time it is for this host.
 */
export function closedBy(attempt: RunningAttempt, messages: readonly ClaimedMessage[]): ClosedBy | null {
  const elapsedMs = attempt.elapsedMs();
  if (elapsedMs >= attempt.lastsMs - MARGIN_MS) return 'ATTEMPT_OVER';
  return messages.some(({ expiresInMs = Infinity }) => elapsedMs >= expiresInMs) ? 'PAST_EXPIRY' : null;
}
