import type { IncomingMessage, ServerResponse } from 'node:http';

/** So much of a refused body is read away, so that its sender gets to read the answer. */
const MAX_DRAINED_BYTES = 64 * 1024;
const DRAINING_MS = 1_000;

/** Writes an answer, unless there is one. */
export function answer(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent || response.destroyed) return;
  const bytes = Buffer.from(text);
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': bytes.length });
  response.end(bytes);
}

/** Answers without the rest of the body, and ends the connection. */
export function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  if (response.headersSent || response.destroyed) return;
  response.setHeader('Connection', 'close');
  answer(response, status, 'refused');
  if (!isIncomplete(request)) return;
  const end = () => void request.destroy();
  const timer = setTimeout(end, DRAINING_MS).unref();
  let drained = 0;
  request.on('error', () => undefined);
  request.on('data', (piece: Buffer) => {
    drained += piece.length;
    if (drained > MAX_DRAINED_BYTES) end();
  });
  request.once('close', () => clearTimeout(timer));
  request.resume();
}

/** A request of `app.inject()`, or of a serverless adapter, has no connection, and may not say whether it is complete: it came as a whole. */
export function isIncomplete({ complete }: { complete?: boolean }): boolean {
  return complete === false;
}
