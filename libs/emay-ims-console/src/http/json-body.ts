import type { IncomingMessage } from 'node:http';
import { ConsoleError, invalid } from './console-error.js';
import type { Exchange } from './exchange.js';

/** 10,000 ids of 32 characters fit. The host's own parser usually allows less. */
const MAX_BYTES = 512 * 1_024;

/** The body as an object. Where the host has not parsed it (`bodyParser: false`), it is read here. */
export async function readJsonBody({ parsedBody, request }: Exchange): Promise<Record<string, unknown>> {
  const body = parsedBody === undefined ? await readBody(request) : parsedBody;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid('body', 'must be a JSON object');
  }
  return body as Record<string, unknown>;
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BYTES) throw tooLarge();
  const bytes = await bytesOf(request);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw invalid('body', 'must be JSON in UTF-8');
  }
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let left = MAX_BYTES;
  try {
    // A loop that ends early would destroy the request, and its connection before the answer.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      left -= chunk.length;
      if (left < 0) break;
      chunks.push(chunk);
    }
  } catch {
    throw invalid('body', 'is cut short');
  }
  if (left >= 0) return Buffer.concat(chunks);
  request.resume();
  throw tooLarge();
}

function tooLarge(): ConsoleError {
  return new ConsoleError(400, 'TOO_LARGE', 'The body is too large.', { field: 'body' });
}
