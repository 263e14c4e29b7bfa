import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import type { GatewayIdentity } from './gateway-identity.js';

/**
 * Which account of this process uses an AppId at a gateway, whatever application it belongs to: the gateway hands out a report once,
 * and knows nothing of applications.
 */
const CLAIMS = new Map<string, { account: string; users: number }>();

/**
 * Claims them for an account; others of the same name are other instances of it.
 *
 * @returns gives them back
 * @throws EmayImsOptionsError where another account has one of them
 */
export function claimInProcess(account: string, identities: readonly GatewayIdentity[]): () => void {
  for (const { key, host } of identities) {
    const holder = CLAIMS.get(key)?.account;
    if (holder !== undefined && holder !== account) throw sameGateway(account, holder, host, 'of this process');
  }
  for (const { key } of identities) {
    const claim = CLAIMS.get(key) ?? { account, users: 0 };
    claim.users++;
    CLAIMS.set(key, claim);
  }
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    for (const { key } of identities) {
      const claim = CLAIMS.get(key);
      if (claim && --claim.users === 0) CLAIMS.delete(key);
    }
  };
}

/** @param where the other one is; @param more what else to tell */
export function sameGateway(
  account: string,
  other: string,
  host: string,
  where: string,
  more = '',
): EmayImsOptionsError {
  return new EmayImsOptionsError(
    `Account "${account}" cannot start: it has the same AppId at ${host} as account "${other}" ${where}, and each would take the ` +
      `other's delivery reports. Use one account under one name, or an AppId for each.${more}`,
  );
}
