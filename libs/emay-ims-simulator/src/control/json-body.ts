import type { IncomingMessage } from 'node:http';
import { ControlError } from './control-error.js';

/** A scenario of ten thousand steps fits. */
const MAX_BYTES = 1024 * 1024;

/** Far more than any order nests, and far from what overflows the stack as a pushed report is written to a caller. */
const MAX_LEVELS = 64;

/** Reads the JSON of a POST, `{}` when there is none. `undefined` when the caller went away before its end. */
export async function readJsonBody(request: IncomingMessage): Promise<{ readonly value: unknown } | undefined> {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new ControlError(415, 'Send the header Content-Type: application/json.');
  }
  const bytes = await read(request);
  if (!bytes) return undefined;
  if (bytes.length > MAX_BYTES) throw new ControlError(413, `Write at most ${MAX_BYTES} bytes.`);
  const value = bytes.length === 0 ? {} : parse(bytes.toString('utf8'));
  if (nestsDeeper(value, MAX_LEVELS)) throw new ControlError(400, `Write JSON of at most ${MAX_LEVELS} nested levels.`);
  return { value };
}

/** Reads to the end whatever the size, for an answer before that may be lost in a reset; keeps a byte too many at most. */
function read(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let left = MAX_BYTES + 1;
    request.on('data', (chunk: Buffer) => {
      if (left > 0) chunks.push(chunk.subarray(0, left));
      left -= chunk.length;
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => resolve(undefined));
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ControlError(400, `The body is not JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function nestsDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => nestsDeeper(inner, levels - 1));
}
