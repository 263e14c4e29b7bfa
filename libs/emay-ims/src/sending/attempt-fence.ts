import type { HeldBack } from '../client/index.js';
import type { Attempt, ClaimedMessage } from '../messages/attempt.js';

/** How long before its end an attempt is given up: for what is between the last look at the clocks and the wire, and for clocks that run apart. */
const MARGIN_MS = 2_000;

/** The host's clocks, in ms. */
export interface HostClocks {
  /** Goes on evenly, but stands still while the machine is suspended. */
  monotonic(): number;
  /** Goes on meanwhile, but may be set. */
  wall(): number;
}

export const HOST_CLOCKS: HostClocks = { monotonic: () => performance.now(), wall: () => Date.now() };

/** An attempt that knows how long ago it was made: before its messages were claimed, so what claiming took counts. */
export interface RunningAttempt extends Attempt {
  /** By whichever clock says more. */
  elapsedMs(): number;
  /** Why its request is not to be sent at all. */
  heldBack: HeldBack | null;
}

export function runAttempt(attempt: Attempt, clocks: HostClocks, heldBack: HeldBack | null = null): RunningAttempt {
  const [began, beganAt] = [clocks.monotonic(), clocks.wall()];
  return { ...attempt, heldBack, elapsedMs: () => Math.max(clocks.monotonic() - began, clocks.wall() - beganAt) };
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
