import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import {
  BadRequestException,
  HttpException,
  PayloadTooLargeException,
  UnsupportedMediaTypeException,
} from '@nestjs/common';
import { raw, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { isOfConsole } from '../console/console-path.js';
import { beyondBounds, type JsonBounds } from './json-bounds.js';

/** Enough for some 100,000 recipients in one call. */
const MAX_BYTES = 10 * 1024 * 1024;
const MAX_ENTRIES = 100_000;
const BOUNDS: JsonBounds = { levels: 16, entries: MAX_ENTRIES + 10, members: 32 };
/** More of a body that nobody reads is not waited for: its connection ends. */
const MAX_UNREAD_BYTES = 1024 * 1024;
const EXPECTATION_FAILED = 417;

const BEYOND: Readonly<Record<keyof JsonBounds, string>> = {
  levels: `The JSON is nested too deep: ${BOUNDS.levels} levels at most.`,
  entries: `There are more than ${MAX_ENTRIES} entries: send them in several calls.`,
  members: `An object has more than ${BOUNDS.members} fields.`,
};
const TOO_LONG = `The body is too long: ${MAX_BYTES} bytes at most. Send its entries in several calls.`;

const readAll = raw({ limit: MAX_BYTES, type: () => true });

/**
 * Reads the JSON of a request with a body. Nothing of it is read before type, length and key are known to be right. The console
 * reads its own, once it knows who asks.
 */
export const readJsonBody: RequestHandler = (request, response, next) => {
  if (isOfConsole(request)) {
    if (request.headers.expect === undefined) return next();
    return refuseUnread(
      request,
      response,
      next,
      new HttpException('Send the body at once, without Expect.', EXPECTATION_FAILED),
    );
  }
  if (!hasBody(request)) {
    request.body = {};
    return next();
  }
  const refusal = refusalOf(request);
  if (refusal) return refuseUnread(request, response, next, refusal);
  if (request.headers.expect !== undefined) response.writeContinue();
  readAll(request, response, (error?: unknown) => {
    if (error !== undefined) return next(readableError(error));
    try {
      request.body = parse(request.body as Buffer);
    } catch (wrong) {
      return next(wrong);
    }
    next();
  });
};

export function hasBody({ headers, method }: IncomingMessage): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * Ends the connection of a request whose body goes on for long after its answer: Node would read all of it. What is left of a
 * short one is read, so that a client which sends all of it first still gets to see the answer.
 */
export const endUnreadBodies: RequestHandler = (request, response, next) => {
  // Before Node's own listener, which discards all the rest of a body that nobody has begun to read.
  response.prependOnceListener('finish', () => {
    if (request.complete) return;
    let left = MAX_UNREAD_BYTES;
    request.on('data', (chunk: Buffer) => {
      if ((left -= chunk.length) < 0) request.socket.destroy();
    });
    request.read();
  });
  next();
};

/** Gives an answer without having read the body. */
export function refuseUnread(request: Request, response: Response, next: NextFunction, refusal: HttpException): void {
  if (request.headers.expect !== undefined) response.set('Connection', 'close');
  next(refusal);
}

function refusalOf({ headers }: IncomingMessage): HttpException | null {
  const [type = '', ...parameters] = (headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  if (type !== 'application/json') {
    return new UnsupportedMediaTypeException('Send JSON, with the header Content-Type: application/json.');
  }
  const charsets = parameters.filter((parameter) => parameter.startsWith('charset'));
  if (!charsets.every((charset) => /^charset="?utf-?8"?$/.test(charset))) {
    return new UnsupportedMediaTypeException('Send the JSON in UTF-8: no other charset is read.');
  }
  if (Number(headers['content-length'] ?? 0) > MAX_BYTES) return new PayloadTooLargeException(TOO_LONG);
  return null;
}

function parse(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new BadRequestException('The body is not UTF-8, perhaps GBK or UTF-16: send it in UTF-8.');
  const beyond = beyondBounds(bytes, BOUNDS);
  if (beyond !== null) throw new BadRequestException(BEYOND[beyond]);
  try {
    return JSON.parse(bytes.toString('utf8').replace(/^\ufeff/, ''));
  } catch (error) {
    // No more of what the parser says: it quotes the body.
    const [where = ''] = / at position \d+/.exec(String(error)) ?? [];
    throw new BadRequestException(`The body is no JSON${where}.`);
  }
}

/** What Express says of a body that it cannot read, with a sentence of ours. */
function readableError(error: unknown): HttpException {
  const { status = 400, type } = Object(error) as { status?: number; type?: string };
  if (type === 'entity.too.large') return new PayloadTooLargeException(TOO_LONG);
  if (type === 'encoding.unsupported') {
    return new UnsupportedMediaTypeException('Send the body as it is, or with Content-Encoding: gzip, deflate or br.');
  }
  return new HttpException('The body cannot be read: it is cut short, or not packed as its headers say.', status);
}
