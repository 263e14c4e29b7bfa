import { createCipheriv, createDecipheriv } from 'node:crypto';
import { constants, gzipSync, unzipSync } from 'node:zlib';

/** What `content_encoding` says of a report page that is kept with its cipher on. */
export const SEALED = 'x-emay-aes';

/** Of the cipher: less than one tells nothing. */
export const BLOCK_BYTES = 16;
const KEY_BYTES: readonly number[] = [16, 24, 32];
/** Enough to tell what a content begins or ends with, blanks included. */
const EDGE_BYTES = 256;
const GZIP = Buffer.from([0x1f, 0x8b, 0x08]);

/** Whether the key's bytes (UTF-8) make an AES key: 16, 24 or 32 of them. */
export function isCipherKey(secretKey: string): boolean {
  return KEY_BYTES.includes(Buffer.byteLength(secretKey));
}

/**
 * The body of an encrypted request: gzip where asked for, then AES/ECB with PKCS5 padding.
 *
 * @throws RangeError unless `isCipherKey(secretKey)`
 */
export function seal(plain: Buffer, secretKey: string, gzip: boolean): Buffer {
  const key = keyOf(secretKey);
  const cipher = createCipheriv(algorithmFor(key), key, null);
  const content = gzip ? gzipSync(plain) : plain;
  return Buffer.concat([cipher.update(content), cipher.final()]);
}

/**
 * Takes the cipher off, not the packing. `null`: not of this key, or damaged.
 *
 * A wrong key leaves a sound padding once in some 256 times, so what comes out has to be gzip, JSON or nothing.
 */
export function unseal(sealed: Buffer, secretKey: string): Buffer | null {
  if (!isCipherKey(secretKey) || sealed.length === 0 || sealed.length % BLOCK_BYTES !== 0) return null;
  const content = withoutPadding(decrypted(sealed, secretKey));
  return content !== null && isContent(content) ? content : null;
}

/**
 * The same of a body that may have been packed outside of its cipher, as by a proxy.
 *
 * @param maxBytes of what is longer unpacked, the packing stays on
 */
export function unsealPacked(body: Buffer, secretKey: string, maxBytes: number): Buffer | null {
  const content = unseal(body, secretKey);
  if (content !== null) return content;
  const sealed = withoutOuterPacking(body, maxBytes);
  return sealed && unseal(sealed, secretKey);
}

/**
 * What the whole blocks of a damaged or cut ciphertext hold; empty where that begins as no content of this key does. For report pages
 * only: of these, whatever has come counts.
 */
export function unsealWhatIsWhole(sealed: Buffer, secretKey: string): Buffer {
  const whole = sealed.subarray(0, sealed.length - (sealed.length % BLOCK_BYTES));
  if (!isCipherKey(secretKey) || whole.length === 0) return Buffer.alloc(0);
  const content = decrypted(whole, secretKey);
  if (!beginsAsContent(content)) return Buffer.alloc(0);
  return (whole.length === sealed.length ? withoutPadding(content) : null) ?? content;
}

/** The same of a body that may have been packed outside of its cipher. */
export function unsealWhatIsWholePacked(body: Buffer, secretKey: string, maxBytes: number): Buffer {
  return unsealWhatIsWhole(withoutOuterPacking(body, maxBytes) ?? body, secretKey);
}

/** As much of it as came. `null`: it begins neither as gzip nor as zlib does, or does not unpack. */
export function withoutOuterPacking(body: Buffer, maxOutputLength: number): Buffer | null {
  const [first = 0, second = 0] = body;
  const isZlib = (first & 0x8f) === 0x08 && (first * 256 + second) % 31 === 0;
  if (!isPacked(body) && !isZlib) return null;
  try {
    return unzipSync(body, { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return null;
  }
}

/** Each block by itself, its padding left in place. */
function decrypted(blocks: Buffer, secretKey: string): Buffer {
  const key = keyOf(secretKey);
  const decipher = createDecipheriv(algorithmFor(key), key, null).setAutoPadding(false);
  return Buffer.concat([decipher.update(blocks), decipher.final()]);
}

/** `null`: it has none. */
function withoutPadding(blocks: Buffer): Buffer | null {
  const length = blocks.at(-1) ?? 0;
  if (length < 1 || length > BLOCK_BYTES) return null;
  const padding = blocks.subarray(-length);
  return padding.every((byte) => byte === length) ? blocks.subarray(0, -length) : null;
}

function isContent(content: Buffer): boolean {
  if (content.length === 0 || isPacked(content)) return true;
  const [start, end] = [content.subarray(0, EDGE_BYTES), content.subarray(-EDGE_BYTES)].map((edge) =>
    edge.toString('latin1'),
  ) as [string, string];
  if (content.length <= EDGE_BYTES && /^\s*(?:null|"")?\s*$/.test(start)) return true;
  // The ends alone, so in any charset.
  return (
    (/^(?:\xef\xbb\xbf)?\s*\{/.test(start) && /\}\s*$/.test(end)) ||
    (/^(?:\xef\xbb\xbf)?\s*\[/.test(start) && /\]\s*$/.test(end))
  );
}

function beginsAsContent(content: Buffer): boolean {
  return isPacked(content) || /^(?:\xef\xbb\xbf)?\s*[{[]/.test(content.toString('latin1', 0, EDGE_BYTES));
}

/** Whether it begins as gzip does. */
export function isPacked(content: Buffer): boolean {
  return content.subarray(0, GZIP.length).equals(GZIP);
}

function keyOf(secretKey: string): Buffer {
  if (!isCipherKey(secretKey)) throw new RangeError('An AES key has 16, 24 or 32 bytes.');
  return Buffer.from(secretKey);
}

function algorithmFor(key: Buffer): string {
  return `aes-${key.length * 8}-ecb`;
}
