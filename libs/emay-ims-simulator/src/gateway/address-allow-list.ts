import type { IncomingMessage } from 'node:http';

/** Whether an account may be used from an address. An empty list admits all (seen). */
export function isAddressAllowed(allowed: readonly string[] | undefined, address: string): boolean {
  if (!allowed || allowed.length === 0) return true;
  return allowed.some((entry) => (entry.endsWith('.*') ? address.startsWith(entry.slice(0, -1)) : address === entry));
}

/** The caller as the gateway sees it: the first hop that a proxy names, else the other end of the connection (seen). */
export function callerAddress(request: IncomingMessage): string {
  const forwarded = request.headers['x-forwarded-for'];
  const first = (Array.isArray(forwarded) ? forwarded[0] : forwarded)?.split(',', 1)[0]?.trim();
  return (first || request.socket.remoteAddress || '').replace(/^::ffff:(?=\d+\.)/i, '');
}
