import { SPAN_MS } from './spans.js';

/** What a unit held that will change by itself. */
export interface Unfinished {
  /** When the latest of them was submitted, or created: its answer or report is due the soonest. */
  latest: number;
  /** When the first that is QUEUED is ready. */
  readyAt: number | null;
}

const SOONEST_MS = 5_000;
/** What is unfinished is counted again after an eighth of its age: figures lag no more than that. */
const SHARE_OF_AGE = 1 / 8;
/** While messages wait for the dispatcher. */
const READY_MS = 15_000;
/** What is finished, again when it is twice as old: a transaction of a host may commit late. */
const SOONEST_FINISHED_MS = SPAN_MS.minute;

/**
 * When to count a unit again, in epoch ms.
 *
 * @param end of what was counted with it: the unit, and the empty ones behind it
 */
export function nextCount(now: number, end: number, unfinished: Unfinished | null): number {
  const finished = now + Math.max(SOONEST_FINISHED_MS, now - Math.min(end, now));
  if (!unfinished) return finished;
  const { latest, readyAt } = unfinished;
  const byAge = now + Math.max(SOONEST_MS, Math.round((now - latest) * SHARE_OF_AGE));
  const byQueue = readyAt === null ? Infinity : Math.max(readyAt + SOONEST_MS, now + READY_MS);
  return Math.min(finished, byAge, byQueue);
}
