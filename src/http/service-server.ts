import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { answerBrokenRequest, sendProblem } from './raw-problem.js';

/** How long the head of a request may take to come: bytes that trickle in hold a connection. */
const HEAD_TIMEOUT_MS = 10_000;
/** The same for all of it: 10 MB at 350 kB a second. */
const REQUEST_TIMEOUT_MS = 30_000;
const LOOK_EVERY_MS = 1_000;
/** Node's own limit, written down: head and address together. */
const MAX_HEAD_BYTES = 16 * 1024;
/** Far below what a process may have open. */
const MAX_CONNECTIONS = 1_000;

/** As `HealthController` has it. */
const LIVE_PATH = '/health/live';
const STARTING = Buffer.from('{"status":"starting"}');

/**
 * The HTTP server of the service, with an end to whatever is slow, too many or no HTTP. It can listen before there is an
 * application: until `openTo`, `/health/live` is answered 200, as a migration may take minutes, and all else 503.
 *
 * @param marks headers of every answer that the application does not give
 */
export function createServiceServer(marks: Readonly<Record<string, string>> = {}): Server {
  const server = createServer({
    headersTimeout: HEAD_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: LOOK_EVERY_MS,
    maxHeaderSize: MAX_HEAD_BYTES,
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('request', (request, response) => {
    if (asksIfAlive(request)) {
      response.writeHead(200, {
        ...marks,
        'Content-Type': 'application/json; charset=utf-8',
        'Content-Length': STARTING.length,
      });
      response.end(STARTING);
      return;
    }
    sendProblem(response, 503, 'The service is starting: try again soon.', { ...marks, 'Retry-After': '1' });
  });
  server.on('clientError', (error, socket) => answerBrokenRequest(error, socket, marks));
  return server;
}

/** From now on requests are the application's. */
export function openTo(server: Server, listener: RequestListener): void {
  server.removeAllListeners('request');
  server.on('request', listener);
  // Node would ask for the body at once; it is asked for where it is read, after the key.
  server.on('checkContinue', listener);
}

/** Whoever asks would restart a process that says no, and the migration would begin anew. */
function asksIfAlive({ method, url }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && url?.split('?')[0] === LIVE_PATH;
}
