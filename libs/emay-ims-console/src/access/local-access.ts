import type { IncomingMessage } from 'node:http';
import { CONSOLE_ACTIONS } from '../api.js';
import { hostOf } from '../http/host-of.js';
import type { Access } from './access.js';

const FORWARDING =
  /^(?:forwarded|via|x-forwarded(?:-.*)?|x-real-ip|x-client-ip|x-cluster-client-ip|x-original-.*|x-envoy-.*|cf-.*|true-client-ip|fastly-client-ip|client-ip|x-proxy.*|x-amzn?-.*|x-appengine-.*|x-arr-.*|x-azure-.*)$/;

const LOCAL: Access = { actor: 'local', actions: CONSOLE_ACTIONS, numbers: 'full', texts: 'full' };

interface Caller {
  readonly request: IncomingMessage;
  readonly remoteAddress: string | undefined;
}

/**
 * Who may in where the host has not said: whoever sits at this machine, and only outside production.
 *
 * - The socket is a loopback one, and nothing says that a proxy has forwarded the request.
 * - `Host` names this machine: a site whose name resolves to 127.0.0.1 does not (DNS rebinding).
 * - HTTP/1.0 is what proxies speak that say nothing of themselves.
 */
export function localAccess({ request, remoteAddress }: Caller, environment = process.env.NODE_ENV): Access {
  const isLocal =
    environment !== 'production' &&
    isLoopbackAddress(remoteAddress) &&
    isLoopbackHost(hostOf(request)) &&
    request.httpVersion !== '1.0' &&
    !Object.keys(request.headers).some((name) => FORWARDING.test(name));
  return isLocal ? LOCAL : 'deny';
}

function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && /^(?:::1|(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/i.test(address);
}

function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?$/i.test(host);
}
