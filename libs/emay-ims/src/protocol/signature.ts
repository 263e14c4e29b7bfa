import { createHash } from 'node:crypto';

/** The account at the gateway (§1.3). */
export interface Credentials {
  appId: string;
  secretKey: string;
}

/**
 * The `sign` of a request: `md5(appId + secretKey + timestamp)` as 32 hex characters (§2.1.1.2).
 *
 * @param timestamp the very text that goes on the wire, `yyyyMMddHHmmss`
 */
export function sign(credentials: Credentials, timestamp: string, signCase: 'lower' | 'upper'): string {
  const hex = createHash('md5')
    .update(credentials.appId + credentials.secretKey + timestamp, 'utf8')
    .digest('hex');
  return signCase === 'upper' ? hex.toUpperCase() : hex;
}
