import type { Exchange } from './exchange.js';

/**
 * How a body ends before its end.
 * - `connection`: Content-Length promises all of it, then the connection ends.
 * - `body`: the HTTP answer is complete, only what it carries is cut.
 * - `close`: no length is announced, and the connection ends as after a whole answer.
 * - `chunk`: chunks without the last one, then the connection ends.
 * - `stall`: Content-Length promises all of it, and the connection stays open.
 */
export const BREAKS = ['connection', 'body', 'close', 'chunk', 'stall'] as const;
export type Break = (typeof BREAKS)[number];

/** The bytes that are sent of a body, and what is announced with them. */
export interface CutBody {
  readonly code: string;
  readonly whole: Buffer;
  readonly sentBytes: number;
  readonly breaks: Break;
  readonly headers: Record<string, string>;
}

/** Sends the first bytes of a body. */
export function sendCut(exchange: Exchange, { code, whole, sentBytes, breaks, headers }: CutBody): void {
  const { request, response } = exchange;
  const all = { ...exchange.form.headers(code), ...headers };
  const sent = whole.subarray(0, sentBytes);
  if (breaks === 'body') {
    exchange.head(200, code, { 'Content-Length': String(sent.length), ...all });
    response.end(sent);
    return;
  }
  if (breaks === 'close') {
    response.useChunkedEncodingByDefault = false;
    exchange.head(200, code, { Connection: 'close', ...all });
    response.end(sent);
    return;
  }
  exchange.head(200, code, breaks === 'chunk' ? all : { 'Content-Length': String(whole.length), ...all });
  response.flushHeaders();
  response.write(sent, () => {
    if (breaks !== 'stall') request.socket.destroySoon();
  });
}
