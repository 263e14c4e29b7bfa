import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** More is unpacked of no page to tell whether it has come before; 500 reports have some 150 kB. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The same of bytes that nobody can read, of which another page may say what they look like: it never has the same hash. */
export function unreadHash(body: Buffer): string {
  return createHash('sha256').update('unread\0').update(body).digest('hex');
}

/** SHA-256 in hex of what a page says, packed or not. Of one that cannot be unpacked as a whole, of its bytes. */
export async function contentHash(body: Buffer): Promise<string> {
  const hash = createHash('sha256');
  if (body[0] !== 0x1f || body[1] !== 0x8b) return hash.update(body).digest('hex');
  let size = 0;
  const unpacking = createGunzip();
  try {
    for await (const piece of Readable.from([body]).pipe(unpacking) as AsyncIterable<Buffer>) {
      hash.update(piece);
      size += piece.length;
      // Pages that begin alike may end otherwise.
      if (size > MAX_BYTES) break;
    }
  } catch {
    size = Infinity;
  }
  return size <= MAX_BYTES ? hash.digest('hex') : createHash('sha256').update(body).digest('hex');
}
