import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** More is unpacked of no page to tell whether it has come before; 500 reports have some 150 kB. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The same of bytes that nobody can read, of which another page may say what they look like: it never has the same hash. */
export function unreadHash(body: Buffer): string {
  return createHash('sha256').update('unread\0').update(body).digest('hex');
}

/** SHA-256 in hex of what a page says, packed or not; `null`: it is packed, and does not unpack to its end. */
export async function contentHash(body: Buffer): Promise<string | null> {
  const hash = createHash('sha256');
  if (body[0] !== 0x1f || body[1] !== 0x8b) return hash.update(body).digest('hex');
  let size = 0;
  const unpacking = createGunzip();
  try {
    for await (const piece of Readable.from([body]).pipe(unpacking) as AsyncIterable<Buffer>) {
      hash.update(piece);
      size += piece.length;
      // Pages that begin alike may end otherwise: of so long a one, the bytes count.
      if (size > MAX_BYTES) return createHash('sha256').update(body).digest('hex');
    }
  } catch {
    return null;
  }
  return hash.digest('hex');
}
