import { GuardedLogger } from '../diagnostics/index.js';
import type { ImsTransport } from './module-options.js';
import type { OptionsSchema } from './options.schema.js';

/** What whoever sees the wire can do. */
const DANGER: Readonly<Record<ImsTransport, string>> = {
  plain: 'the signature covers neither the text nor the order of a request, so whoever sees the wire can alter it',
  secure:
    'its cipher hides the text of a request, but proves nothing, so whoever sees the wire can repeat it while it is valid',
};

/** Adds the address, without a slash at its end, to `baseUrls`, or else what is wrong with it to `problems`. */
export function readBaseUrl(text: string, options: OptionsSchema, baseUrls: string[], problems: string[]): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  const problem =
    url === null
      ? 'baseUrl is not a URL: write it with its scheme and port, such as "https://host:port"'
      : baseUrlProblem(url, options);
  if (problem !== null) problems.push(problem);
  else if (url !== null) baseUrls.push(url.origin + url.pathname.replace(/\/+$/, ''));
}

function baseUrlProblem(url: URL, { name: account, http, transport }: OptionsSchema): string | null {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'baseUrl must begin with https:// (or http://)';
  if (url.username || url.password) return 'baseUrl must not hold a user name or password';
  if (url.search || url.hash) return 'baseUrl must not hold a query or fragment';
  if (url.protocol === 'https:' || isLoopback(url.hostname) || http.allowInsecure) return null;
  const danger = `baseUrl ${url.host} is plain http to another machine: ${DANGER[transport]}`;
  if (process.env.NODE_ENV === 'production') {
    return (
      `${danger}. Use https (or a TLS-terminating proxy or private link), or set http.allowInsecure: true if you know ` +
      'the way is safe'
    );
  }
  new GuardedLogger('EmayImsModule').warn(`${danger}.`, { account });
  return null;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
