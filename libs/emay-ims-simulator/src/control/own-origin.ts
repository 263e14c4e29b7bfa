import type { IncomingMessage } from 'node:http';
import { ControlError } from './control-error.js';

/**
 * Lets scripts and the operator's own page through, and no page of another site: a browser names the site in `Origin`.
 * Together with the rule that a POST is `application/json`, which a browser announces by a preflight, and with preflights
 * going unanswered, no site that the operator happens to visit plays with the simulator.
 */
export function checkOrigin({ headers: { origin, host } }: IncomingMessage): void {
  if (origin === undefined) return;
  const named = URL.canParse(origin) ? new URL(origin).host : '';
  if (named === '' || named !== host?.toLowerCase()) {
    throw new ControlError(403, `A page of ${origin} may not control the simulator; open the page at http://${host}/.`);
  }
}
