import { ANSWER_CODES, type EmayImsClient, type EmayImsService, type ImsTransport } from 'nestjs-emay-ims';
import { LEASE_HELD } from '../commands/pull.js';
import { fail, notVerified, ok, type Check } from './check.js';

const CANARY_MS = 30_000;

/**
 * Proves path, appId, key, timestamp and the caller's address by a request that takes nothing, as the service does before
 * its first message. Needs no report, and changes nothing. Where it fails, the gateway's other interface is asked, too.
 */
export async function checkSignature(
  client: EmayImsClient,
  transport: ImsTransport,
  urls: readonly string[],
): Promise<Check[]> {
  return Promise.all(
    urls.map(async (given) => {
      const url = given.replace(/\/+$/, '');
      const where = urls.length > 1 ? ` (${new URL(url).host})` : '';
      const heldBack = await client.canary.prove(url, CANARY_MS);
      if (heldBack === null) {
        return ok('signature', `accepted by transport ${transport}${where}; nothing was sent, and no report taken`);
      }
      const code = heldBack.kind === 'refused' ? heldBack.code : heldBack.reason;
      const { english, advice = NO_GATEWAY } = ANSWER_CODES[code] ?? {};
      const found = english === undefined ? `no answer of the gateway's: ${code}` : `${code}: ${english}`;
      return fail('signature', `${found}${where}`, (await adviseOther(client, OTHER[transport], url)) ?? advice);
    }),
  );
}

const OTHER: Readonly<Record<ImsTransport, ImsTransport>> = { plain: 'secure', secure: 'plain' };

/** What to do where the gateway knows the account by the other transport; `null`: it does not, or the key is none for it. */
async function adviseOther(client: EmayImsClient, other: ImsTransport, url: string): Promise<string | null> {
  const knowsIt = await client.tryTransport(other, url, CANARY_MS).then(
    (heldBack) => heldBack === null,
    () => false,
  );
  return knowsIt ? `The gateway accepts the account by transport ${other}: set EMAY_IMS_TRANSPORT=${other}.` : null;
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
