import type { Counters } from '../oracle/records.js';

/** Counters as they are shown. */
export interface ShownCounters extends Counters {
  /** How many injected faults may still spoil something. */
  readonly faults: number;
}

/** Where live text goes: a screen, or a pipe or file. */
export interface Page {
  line(line: string): void;
  /** Several times a second, with what may be shown by now. */
  tick(now: number, counters: ShownCounters): void;
  end(): void;
}
