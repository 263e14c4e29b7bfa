import type { IncomingMessage } from 'node:http';

/** How the request names the server: by `:authority` in HTTP/2, which counts before a `Host` beside it (RFC 9113, 8.3.1). */
export function hostOf({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const { ':authority': authority = headers.host } = headers;
  return typeof authority === 'string' ? authority : undefined;
}
