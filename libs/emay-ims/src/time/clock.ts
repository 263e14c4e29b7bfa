import type { Token } from '../injection/per-account.js';

/**
 * The host's clocks, in ms: for the timestamp that requests are signed with, the pauses of the circuits, and how long an attempt has
 * lasted. Due times, attempts and leases in the database go by the database's clock.
 */
export abstract class EmayImsClock {
  /** Goes on evenly, but stands still while the machine is suspended. */
  abstract monotonic(): number;
  /** Epoch milliseconds. Goes on meanwhile, but may be set. */
  abstract wall(): number;
}

export const HOST_CLOCK: EmayImsClock = { monotonic: () => performance.now(), wall: () => Date.now() };

/** @returns the time since then, in ms, by the monotonic or the wall clock, whichever shows more: a suspended machine's sleep counts */
export function elapsedSince(clock: EmayImsClock): () => number {
  const [began, beganAt] = [clock.monotonic(), clock.wall()];
  return () => Math.max(clock.monotonic() - began, clock.wall() - beganAt);
}

/** The clock of an account. */
export const ACCOUNT_CLOCK: Token<EmayImsClock> = Symbol('EmayImsClock');
