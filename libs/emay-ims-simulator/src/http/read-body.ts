import type { IncomingMessage } from 'node:http';

/** Well above 300 texts of 500 units with every unit escaped. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

export interface Body {
  /** `undefined` when the gateway could not read it: no Content-Length (chunked), or too long. */
  readonly content: Buffer | undefined;
  /** Bytes that arrived. */
  readonly bytes: number;
  /** It arrived in full; otherwise the caller went away before its end. */
  readonly complete: boolean;
}

/** Reads as many bytes as Content-Length says; without one it reads nothing into the body (seen). */
export function readBody(request: IncomingMessage): Promise<Body> {
  const hasLength = request.headers['content-length'] !== undefined;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (hasLength && bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    });
    request.on('end', () => {
      const readable = hasLength && bytes <= MAX_BODY_BYTES;
      resolve({ content: readable ? Buffer.concat(chunks) : undefined, bytes, complete: true });
    });
    // After 'end' this changes nothing: a promise settles once.
    request.on('error', () => resolve({ content: undefined, bytes, complete: false }));
    request.on('close', () => resolve({ content: undefined, bytes, complete: false }));
  });
}
