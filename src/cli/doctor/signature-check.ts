import { ANSWER_CODES, type EmayImsService } from 'nestjs-emay-ims';
import { LEASE_HELD } from '../commands/pull.js';
import { fail, notVerified, ok, type Check } from './check.js';

/**
 * Proves appId, key, timestamp and address by a report call for a single report. The gateway forgets what it hands out:
 * the module's own poller makes the call, so the report is stored and applied like any other.
 */
export async function checkSignature(ims: EmayImsService): Promise<Check> {
  try {
    const { reports, stoppedBy } = await ims.pullReports({ limit: 1 });
    if (stoppedBy === null) {
      return ok(
        'signature',
        `accepted; ${reports === 0 ? 'no report was waiting' : `${reports} report came, stored and applied`}`,
      );
    }
    if (stoppedBy === LEASE_HELD) {
      return notVerified(
        'signature',
        'a running service is pulling just now',
        'Its log tells whether the gateway accepts it.',
      );
    }
    const { english, advice } = ANSWER_CODES[stoppedBy] ?? {};
    return fail(
      'signature',
      english === undefined ? `the call ended with ${stoppedBy}` : `${stoppedBy}: ${english}`,
      advice ?? null,
    );
  } catch {
    return notVerified('signature', 'the database does not take reports, so none was asked for');
  }
}
