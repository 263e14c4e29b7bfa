import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { errorCode } from '../error-code.js';
import { dial, readDate } from './dial.js';
import { fail, notVerified, ok, type Check } from './check.js';
import type { ClockReading } from './clock-check.js';
import { handshakeFailure } from './handshake-failure.js';

const DAY_MS = 86_400_000;
const RENEW_WITHIN_DAYS = 21;

/** What was found about one address of the gateway. */
export interface GatewayFindings {
  checks: Check[];
  clock: ClockReading | null;
}

/** Name, connection and certificate of a base URL. Nothing signed is sent. */
export async function checkGateway(baseUrl: string): Promise<GatewayFindings> {
  const url = new URL(baseUrl);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const name = await checkName(host);
  if (name.outcome === 'fail')
    return { checks: [name, notVerified('connection', `${url.host}: no address`)], clock: null };
  const { failure, isConnected, validTo } = await dial(url, host);
  if (!isConnected) {
    const todo = 'See that the address is right, the gateway is up and no firewall is in between.';
    return { checks: [name, fail('connection', `${url.host}: ${failure}`, todo)], clock: null };
  }
  const connection = ok('connection', `${url.host}: stands`);
  const certificate = checkCertificate(url, host, failure, validTo);
  const clock = certificate.outcome === 'fail' ? null : await readDate(url);
  return { checks: [name, connection, certificate], clock };
}

async function checkName(host: string): Promise<Check> {
  if (isIP(host) !== 0) return ok('name', `${host}: an address, nothing to look up`);
  try {
    const addresses = await lookup(host, { all: true });
    return ok('name', `${host}: ${addresses.map(({ address }) => address).join(', ')}`);
  } catch (error) {
    return fail(
      'name',
      `${host}: ${errorCode(error)}`,
      'Check the host name in EMAY_IMS_BASE_URL, and the name server of this machine.',
    );
  }
}

function checkCertificate(url: URL, host: string, failure: string | null, validTo: Date | null): Check {
  if (url.protocol === 'http:') {
    if (host === 'localhost' || host === '::1' || host.startsWith('127.'))
      return ok('certificate', 'plain http on this machine');
    return notVerified(
      'certificate',
      `${url.host}: plain http, so nobody can tell whether this is the gateway`,
      'Whoever sees the wire can read and alter messages: use https, or a private link.',
    );
  }
  if (failure !== null || validTo === null) {
    const { found, todo } = handshakeFailure(failure ?? 'UNKNOWN');
    return fail('certificate', `${url.host}: ${found}`, todo);
  }
  const days = Math.floor((validTo.getTime() - Date.now()) / DAY_MS);
  const found = `${url.host}: valid until ${validTo.toISOString().slice(0, 10)}, ${days} days`;
  return ok('certificate', found, days < RENEW_WITHIN_DAYS ? 'It must be renewed soon.' : null);
}
