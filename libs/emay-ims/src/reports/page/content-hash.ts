import { createHash } from 'node:crypto';
import { packingsOf, unpacked } from './unpacking.js';

/** More is unpacked of no page to tell whether it has come before; 500 reports have some 150 kB. */
const MAX_BYTES = 16 * 1024 * 1024;

/** SHA-256 in hex of what a page says, packed or not. */
export async function contentHash(body: Buffer): Promise<string> {
  const [packings = []] = await packingsOf(body, null);
  const hash = createHash('sha256');
  let size = 0;
  if (packings.length === 0 || packings.includes('raw') || packings.includes('br')) return hash.update(body).digest('hex');
  for await (const piece of unpacked(body, packings)) {
    hash.update(piece);
    size += piece.length;
    // Pages that begin alike may end otherwise.
    if (size > MAX_BYTES) return hash.update(body).digest('hex');
  }
  return hash.digest('hex');
}
