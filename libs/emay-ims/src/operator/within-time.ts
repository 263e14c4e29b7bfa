import { setTimeout as pause } from 'node:timers/promises';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';

/**
 * What the database answers, if it does so in time. The work itself goes on.
 *
 * @throws EmayImsStoreError with `TIMEOUT` where it does not
 */
export async function withinTime<Answer>(work: Promise<Answer>, timeoutMs: number): Promise<Answer> {
  const timer = new AbortController();
  const late = pause(timeoutMs, null, { signal: timer.signal, ref: false }).then(() => {
    throw new EmayImsStoreError('TIMEOUT');
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}
