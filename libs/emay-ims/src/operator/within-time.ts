import { withinDeadline } from '../database/within-deadline.js';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';

/**
 * What the database answers, if it does so in time. The work itself goes on.
 *
 * @throws EmayImsStoreError with `TIMEOUT` where it does not
 */
export function withinTime<Answer>(work: Promise<Answer>, timeoutMs: number): Promise<Answer> {
  return withinDeadline(work, timeoutMs, () => new EmayImsStoreError('TIMEOUT'));
}
