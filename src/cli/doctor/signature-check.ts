import { ANSWER_CODES, type EmayImsClient, type EmayImsService } from 'nestjs-emay-ims';
import { LEASE_HELD } from '../commands/pull.js';
import { fail, notVerified, ok, type Check } from './check.js';

const CANARY_MS = 30_000;

/**
 * Proves path, appId, key, timestamp and the caller's address by a request that takes nothing, as the service does before
 * its first message. Needs no report, and changes nothing.
 */
export async function checkSignature(client: EmayImsClient, urls: readonly string[]): Promise<Check[]> {
  return Promise.all(
    urls.map(async (url) => {
      const where = urls.length > 1 ? ` (${new URL(url).host})` : '';
      const heldBack = await client.canary.prove(url.replace(/\/+$/, ''), CANARY_MS);
      if (heldBack === null) return ok('signature', `accepted${where}; nothing was sent, and no report taken`);
      const code = heldBack.kind === 'refused' ? heldBack.code : heldBack.reason;
      const { english, advice } = ANSWER_CODES[code] ?? {};
      return english === undefined
        ? fail('signature', `no answer of the gateway's: ${code}${where}`, NO_GATEWAY)
        : fail('signature', `${code}: ${english}${where}`, advice);
    }),
  );
}

const NO_GATEWAY =
  'See that EMAY_IMS_BASE_URL is the address that Emay gave you, and that what is in between passes requests on.';

/**
 * Proves the same by a report call for a single report. The gateway forgets what it hands out:
 * the module's own poller makes the call, so the report is stored and applied like any other.
 */
export async function pullOne(ims: EmayImsService): Promise<Check> {
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
