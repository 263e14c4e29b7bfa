import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request and its answer, the same on Express and Fastify. */
export interface Exchange {
  /** As the platform has it: what guards have put there, such as `user`, is on this one. */
  readonly platformRequest: unknown;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Of the socket, which may be closed before the request is forgotten. */
  readonly remoteAddress: string | undefined;
  /** Of who asks, as the platform has it: behind a proxy that the host trusts, not the proxy's. It may be made up where the host trusts all. */
  readonly callerAddress: string | undefined;
  readonly params: Readonly<Record<string, string | undefined>>;
  /** As it arrived, without the query; a proxy may have changed it before. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** As the host's parser made it; `undefined` where nothing has read it. */
  readonly parsedBody: unknown;
}

interface PlatformRequest {
  raw?: IncomingMessage;
  originalUrl?: string;
  url?: string;
  ip?: unknown;
  params?: Record<string, string | undefined>;
  body?: unknown;
}

interface PlatformResponse {
  raw?: ServerResponse;
  hijack?: () => void;
}

/** Without effect on the answer: what may be known of a request before it is served. */
export function rawOf(platformRequest: unknown, platformResponse: unknown): [IncomingMessage, ServerResponse] {
  const { raw: request } = platformRequest as PlatformRequest;
  const { raw: response } = platformResponse as PlatformResponse;
  return [request ?? (platformRequest as IncomingMessage), response ?? (platformResponse as ServerResponse)];
}

/**
 * Takes the answer out of the platform's hands: it is written to the socket as it is, past the host's interceptors, serializers and
 * hooks, which may wrap or log what an answer holds.
 */
export function takeOver(platformRequest: unknown, platformResponse: unknown): Exchange {
  const [request, response] = rawOf(platformRequest, platformResponse);
  (platformResponse as PlatformResponse).hijack?.();
  const { originalUrl, url, ip, params = {}, body } = platformRequest as PlatformRequest;
  const { remoteAddress } = request.socket;
  const [path = '', ...query] = (originalUrl ?? url ?? '').split('?');
  return {
    platformRequest,
    request,
    response,
    remoteAddress,
    callerAddress: typeof ip === 'string' ? ip : remoteAddress,
    params,
    path,
    query: new URLSearchParams(query.join('?')),
    parsedBody: body,
  };
}
