import { ANSWER_CODES, type EmayImsClient, type EmayImsService, type ImsTransport } from 'nestjs-emay-ims';
import { LEASE_HELD } from '../commands/pull.js';
import { fail, notVerified, ok, type Check } from './check.js';

const CANARY_MS = 30_000;

/** How a request without recipients ended. */
type CanaryEnd = Awaited<ReturnType<EmayImsClient['tryTransport']>>;

/**
 * Proves path, appId, key, timestamp and the caller's address by a request that takes nothing, as the service does before
 * its first message; here also where that is switched off. Needs no report, and changes nothing. Where it fails, the
 * gateway's other interface is asked, too.
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
      const end = await client.tryTransport(transport, url, CANARY_MS);
      if (end.kind === 'proven') return provenCheck(end, transport, where);
      const { found, todo } = findingOf(end);
      return fail('signature', found + where, (await adviseOther(client, OTHER[transport], url)) ?? todo);
    }),
  );
}

function provenCheck({ proof, code }: CanaryEnd & { kind: 'proven' }, transport: ImsTransport, where: string): Check {
  if (proof === 'whole') {
    return ok('signature', `accepted by transport ${transport}${where}; nothing was sent, and no report taken`);
  }
  if (code === TAKEN) {
    return notVerified(
      'signature',
      `a request without recipients was answered with ${code}${where}: whoever is there may accept anything, and send nothing`,
      'Send one message to a telephone of yours. The service sends one first, too.',
    );
  }
  return notVerified(
    'signature',
    `accepted by transport ${transport} for single messages; for many: ${code}${where}`,
    'The service sends one message first, and more at a time once that is accepted.',
  );
}

function findingOf(end: Exclude<CanaryEnd, { kind: 'proven' }>): { found: string; todo: string } {
  if (end.kind === 'unsent') return { found: `no answer of the gateway's: ${end.reason}`, todo: NO_GATEWAY };
  const { english, advice } = ANSWER_CODES[end.code] ?? UNLISTED;
  return { found: `${end.code}: ${english}`, todo: advice };
}

const TAKEN = 'SUCCESS';
const UNLISTED = {
  english: 'a code that is not listed',
  advice: 'Ask Emay what it means. --pull-one shows whether a report call is accepted.',
};
const OTHER: Readonly<Record<ImsTransport, ImsTransport>> = { plain: 'secure', secure: 'plain' };

/** What to do where the gateway knows the account by the other transport; `null`: it does not, or the key is none for it. */
async function adviseOther(client: EmayImsClient, other: ImsTransport, url: string): Promise<string | null> {
  const knowsIt = await client.tryTransport(other, url, CANARY_MS).then(
    (end) => end.kind === 'proven' && end.code !== TAKEN,
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
