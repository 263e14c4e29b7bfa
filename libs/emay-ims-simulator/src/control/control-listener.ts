import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ControlListener } from '../http/gateway-listener.js';
import { objectionToOrigin } from '../http/own-origin.js';
import {
  type ControlAnswer,
  type ControlCalls,
  controlCalls,
  type ControlMethod,
  type ControlRooms,
} from './control-calls.js';
import { ControlError } from './control-error.js';
import { toJson } from './infinity.js';
import { readJsonBody } from './json-body.js';
import { readPageFile } from './page-files.js';

const ROOT = '/_simulator';

const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/**
 * The simulator's page at `/`, and the control calls under `/_simulator`.
 * - They are no requests to the gateway: nothing of them is recorded, and no fault meets them.
 * - Nothing is carried out before the whole body was read and checked.
 */
export function controlListener(rooms: ControlRooms): ControlListener {
  const calls = controlCalls(rooms);
  return (request, response, path) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!(path === '/' && isRead) && path !== ROOT && !path.startsWith(`${ROOT}/`)) return false;
    serve(calls, request, response, path).catch((error: unknown) => {
      response.destroy();
      // As in the gateway: a broken simulator must not look like a simulated fault.
      process.nextTick(() => {
        throw error;
      });
    });
    return true;
  };
}

async function serve(
  calls: ControlCalls,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  try {
    const objection = objectionToOrigin(request);
    if (objection !== undefined) throw new ControlError(403, objection);
    const file = await readPageFile(path);
    if (file) {
      checkMethod(request.method, ['GET']);
      response.writeHead(200, { ...HEADERS, 'Content-Type': file.type, 'Content-Length': file.content.length });
      response.end(file.content);
      return;
    }
    const answer = await carryOut(calls, request, path);
    if (answer) sendJson(response, answer.status, answer.value);
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    sendJson(response, error.status, { error: error.message }, error.headers);
  }
}

/** `undefined` when the caller went away before its request was whole. */
async function carryOut(
  calls: ControlCalls,
  request: IncomingMessage,
  path: string,
): Promise<ControlAnswer | undefined> {
  const [, parent = '', id = ''] = /^(\/faults)\/([^/]+)$/.exec(path.slice(ROOT.length)) ?? [];
  const key = parent === '' ? path.slice(ROOT.length) : `${parent}/:id`;
  const methods = calls.get(key);
  if (!methods) throw new ControlError(404, `There is nothing at ${path}; see GET ${ROOT} and the README.`);
  const method = checkMethod(
    request.method,
    ['GET', 'POST', 'DELETE'].filter((name) => name in methods),
  );
  const read = method === 'POST' ? await readJsonBody(request) : { value: undefined };
  if (!read) return undefined;
  const query = new URLSearchParams(request.url?.split('?', 2)[1]);
  return methods[method]?.({ query, body: read.value, id });
}

/** HEAD is a GET whose body Node leaves out. */
function checkMethod(method: string | undefined, allowed: readonly string[]): ControlMethod {
  const asked = method === 'HEAD' ? 'GET' : method;
  if ((asked === 'GET' || asked === 'POST' || asked === 'DELETE') && allowed.includes(asked)) return asked;
  throw new ControlError(405, `Use ${allowed.join(' or ')} here.`, { Allow: allowed.join(', ') });
}

function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (value === undefined) {
    response.writeHead(status, HEADERS).end();
    return;
  }
  const body = Buffer.from(toJson(value));
  response.writeHead(status, {
    ...HEADERS,
    ...headers,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': body.length,
  });
  response.end(body);
}
