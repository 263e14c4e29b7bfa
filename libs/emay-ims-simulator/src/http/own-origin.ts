import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/**
 * Why a request is refused, `undefined` for no objection. Scripts and the simulator's own page may call, no page of another
 * site may.
 * - A browser names the site in `Origin`. Together with the rule that a POST is `application/json`, which a browser announces
 *   by a preflight, and with preflights going unanswered, no site that somebody happens to visit plays with the simulator.
 * - Nor does one whose name resolves to this machine (DNS rebinding): to the browser, what it gets here is that site's own. So
 *   `Host` must be what no site can be called.
 */
export function objectionToOrigin({ headers: { origin, host } }: IncomingMessage): string | undefined {
  if (!isLocalName(host)) return 'Call the simulator by its address, by localhost, or by a name without a dot.';
  if (origin === undefined) return undefined;
  const named = URL.canParse(origin) ? new URL(origin).host : '';
  if (named !== '' && named === host?.toLowerCase()) return undefined;
  return `A page of ${origin} may not control the simulator; open the page at http://${host}/.`;
}

/** An address, `localhost`, a name without a dot such as a container's, or one under a domain that is nobody's. */
function isLocalName(host = ''): boolean {
  const name = host.replace(/:\d*$/, '').toLowerCase();
  const isNobodys = /^[^.]*$|\.(localhost|local|internal|test)\.?$/.test(name);
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) > 0 || (isNobodys && name !== '');
}
