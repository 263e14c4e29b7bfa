import type { ResolvedEmayImsOptions } from '../../options/module-options.js';
import type { GatewayTransport } from './gateway-transport.js';
import { PlainTransport } from './plain-transport.js';
import { SecureTransport } from './secure-transport.js';

/** The transport of that name for the account. */
export function transportOf(
  name: ResolvedEmayImsOptions['transport'],
  options: ResolvedEmayImsOptions,
): GatewayTransport {
  return name === 'secure' ? new SecureTransport(options) : new PlainTransport(options);
}
