import { createHash } from 'node:crypto';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';

/** An AppId at one address of a gateway. Who has the same one is handed the same delivery reports. */
export interface GatewayIdentity {
  /** Of AppId and host, unreadable: 32 hexadecimal digits. */
  readonly key: string;
  /** For messages to people. */
  readonly host: string;
}

/** One for each host in the account's list of addresses. */
export function gatewayIdentities({ appId, baseUrls }: ResolvedEmayImsOptions): GatewayIdentity[] {
  const hosts = new Set(baseUrls.map(hostOf));
  return [...hosts].toSorted().map((host) => ({
    key: createHash('sha256').update(`${appId}\n${host}`).digest('hex').slice(0, 32),
    host,
  }));
}

/**
 * Scheme, port and path do not tell gateways apart: one answers at http and at https. On this machine they do, where simulators and
 * tunnels have a port each.
 */
function hostOf(baseUrl: string): string {
  const { hostname, port, protocol } = new URL(baseUrl);
  const isHere = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\]|\[::ffff:7f.*\])\.?$/.test(hostname);
  if (isHere) return `localhost:${port || (protocol === 'https:' ? 443 : 80)}`;
  return hostname.replace(/\.$/, '');
}
