import type { IncomingMessage } from 'node:http';
import { ConsoleError } from './console-error.js';
import { hostOf } from './host-of.js';

/** Name and value: a form cannot send it, and another site's script only after a preflight, which the console never grants. */
export const OWN_HEADER = 'x-emay-ims-console';

/** @throws ConsoleError unless the console's own page, on this origin or a trusted one, has made the request. */
export function assertOwnPage(request: IncomingMessage, trustedOrigins: ReadonlySet<string>): void {
  const { headers } = request;
  if (headers[OWN_HEADER] !== '1') throw crossSite(`A POST carries the header ${OWN_HEADER}: 1.`);
  if (!/^application\/json *(?:;|$)/i.test(headers['content-type'] ?? ''))
    throw crossSite('A POST carries Content-Type: application/json.');
  if (headers['sec-fetch-site'] !== undefined && headers['sec-fetch-site'] !== 'same-origin')
    throw crossSite('Only the page of the console may make this request.');
  if (!isOwnOrigin(headers.origin, hostOf(request), trustedOrigins))
    throw crossSite(
      'Origin and Host differ. Behind a proxy that changes Host, name the origin in `trustedOrigins` of the console.',
    );
}

/** A read has no effect, but it may cost: other sites are not to make a person's browser ask for it. */
export function assertNotFromElsewhere({ headers }: IncomingMessage): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw crossSite('Only the page of the console may make this request.');
}

function isOwnOrigin(origin: string | undefined, host: string | undefined, trusted: ReadonlySet<string>): boolean {
  if (origin === undefined) return false;
  if (trusted.has(origin)) return true;
  if (host === undefined || host === '') return false;
  // Both in the form of a URL: Host may name the scheme's own port, Origin never does.
  if (!/^https?:\/\//.test(origin) || !/^[^/@?#\\\s]+$/.test(host)) return false;
  const scheme = origin.slice(0, origin.indexOf(':'));
  return URL.canParse(origin) && URL.canParse(`${scheme}://${host}`)
    ? new URL(`${scheme}://${host}`).origin === origin
    : false;
}

function crossSite(message: string): ConsoleError {
  return new ConsoleError(403, 'CROSS_SITE', message);
}
