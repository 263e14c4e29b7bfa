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
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new ConsoleError(400, 'TOO_LARGE', 'The body is too large.', { field: 'body' });
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw invalid('body', 'must be JSON');
  }
}
