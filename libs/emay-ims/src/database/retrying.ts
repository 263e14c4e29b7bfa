import { retry, type RetryPolicy } from '../time/retry.js';
import { isTransient } from './store-failure.js';

/** Deadlocks, busy locks: the database asks to try the same again. */
const TRANSIENT: RetryPolicy = {
  mayPass: isTransient,
  limitMs: () => 10_000,
  pauseMs: (failures) => Math.random() * Math.min(200, 5 * 2 ** failures),
};

/** Tries again, with growing pauses, as long as the database asks for it. */
export function retrying<T>(attempt: () => Promise<T>): Promise<T> {
  return retry(attempt, TRANSIENT);
}
