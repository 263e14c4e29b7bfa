import type { ReceivedRequest } from '../oracle/records.js';
import type { Simulator } from '../simulator.js';

/** What the command shows while it serves. */
export interface LiveOutput {
  /** As an exchange ends. */
  request(request: ReceivedRequest): void;
  /** Several times a second. */
  tick(): void;
  /** Leaves the output as a shell expects it. */
  end(): void;
}

/** What live output is about. */
export type Watched = Pick<Simulator, 'counters' | 'faults'>;

/** How often `tick` is called. */
export const TICK_MS = 250;

/** How often counters are printed where they cannot stay in one place. */
export const COUNTERS_EVERY_MS = 10_000;
