import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodyShare } from './body-budget.js';
import { isIncomplete } from './push-answer.js';

/** Why there is no body. `taken`: something before has read it. `broken`: the connection has ended. */
export type BodyFailure = 'TOO_LONG' | 'TOO_SLOW' | 'BUSY' | 'TAKEN' | 'BROKEN';

/** The bytes of a request, up to a length, within a time. A client that waits to be asked for them is asked. */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  share: BodyShare,
  { maxBodyBytes, bodyTimeoutMs }: { maxBodyBytes: number; bodyTimeoutMs: number },
): Promise<Buffer | BodyFailure> {
  if (request.readableDidRead || request.readableEnded) return 'TAKEN';
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) return 'TOO_LONG';
  askForBody(request, response);
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let length = 0;
    const end = (result: Buffer | BodyFailure) => {
      clearTimeout(timer);
      hasCome();
      request.off('data', add).off('end', whole).off('close', broken).off('error', broken);
      request.on('error', () => undefined);
      resolve(result);
    };
    const hasCome = share.comes(() => end('BUSY'));
    const timer = setTimeout(() => end('TOO_SLOW'), bodyTimeoutMs);
    const add = (piece: Buffer) => {
      length += piece.length;
      if (length > maxBodyBytes) end('TOO_LONG');
      else if (share.take(piece.length)) pieces.push(piece);
      else end('BUSY');
    };
    const whole = () => end(isIncomplete(request) ? 'BROKEN' : Buffer.concat(pieces));
    const broken = () => end('BROKEN');
    request.on('data', add).once('end', whole).once('close', broken).once('error', broken);
  });
}

/** A server with a listener for `checkContinue` leaves the asking to whoever reads. Others have asked: Node notes that in `_sent100`. */
function askForBody(request: IncomingMessage, response: ServerResponse): void {
  const wasAsked = (response as { _sent100?: boolean })._sent100 === true; // oxlint-disable-line no-underscore-dangle -- Node's name
  if (request.headers.expect !== undefined && !wasAsked) response.writeContinue();
}
