import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

const CONTENT_TYPE = 'application/problem+json';

/** Gives the answer of the filter where there is no application, or not yet. */
export function sendProblem(
  response: ServerResponse,
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = Buffer.from(problem(status, detail));
  response.writeHead(status, { ...headers, 'Content-Type': CONTENT_TYPE, 'Content-Length': body.length });
  response.end(body);
}

/** Answers what is no request, or takes too long to become one, and ends its connection. */
export function answerBrokenRequest(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  headers: Readonly<Record<string, string>>,
): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, detail] = verdictOn(error.code);
  const body = problem(status, detail);
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${more.join('')}` +
      `Content-Type: ${CONTENT_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  socket.once('finish', () => socket.destroy());
}

function verdictOn(code: string | undefined): [status: number, detail: string] {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [408, 'The request did not come in time: send it in one go.'];
    case 'HPE_HEADER_OVERFLOW':
      return [431, 'Address and headers are too long: 16 KB together at most.'];
    default:
      return [400, 'This is no HTTP request.'];
  }
}

function problem(status: number, detail: string): string {
  return JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail });
}
