import type { IncomingMessage } from 'node:http';

/** The caller as the gateway sees it: the first hop that a proxy names, else the other end of the connection (seen). */
export function callerAddress(request: IncomingMessage): string {
  const forwarded = request.headers['x-forwarded-for'];
  const first = (Array.isArray(forwarded) ? forwarded[0] : forwarded)?.split(',', 1)[0]?.trim();
  return (first || request.socket.remoteAddress || '').replace(/^::ffff:(?=\d+\.)/i, '');
}
