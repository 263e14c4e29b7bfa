import { setTimeout as pause } from 'node:timers/promises';
import { isTransient } from './store-failure.js';

/** How long to go on trying where the database asks for it. */
const TRANSIENT_MS = 10_000;

/** Tries again, with growing pauses, as long as the database asks for it: deadlocks, busy locks. */
export async function retrying<T>(attempt: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + TRANSIENT_MS;
  for (let round = 1; ; round++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isTransient(error) || performance.now() > giveUpAt) throw error;
      await pause(Math.random() * Math.min(200, 5 * 2 ** round));
    }
  }
}
