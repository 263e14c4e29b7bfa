import { createCipheriv, createDecipheriv } from 'node:crypto';

const BLOCK_BYTES = 16;

/** Whether the key's bytes in UTF-8 are 16, 24 or 32, as AES needs them. */
export function isCipherKey(secretKey: string): boolean {
  return algorithmOf(secretKey) !== undefined;
}

/** `wrong`: zeros, which are the padding of no length. */
export type Padding = 'pkcs5' | 'wrong';

/** AES/ECB/PKCS5Padding with the key's bytes. The key must be one that `isCipherKey`. */
export function encrypt(plain: Buffer, secretKey: string, padding: Padding = 'pkcs5'): Buffer {
  const cipher = encryptStream(secretKey).setAutoPadding(padding === 'pkcs5');
  const zeros = padding === 'wrong' ? Buffer.alloc(BLOCK_BYTES - (plain.length % BLOCK_BYTES)) : Buffer.alloc(0);
  return Buffer.concat([cipher.update(plain), cipher.update(zeros), cipher.final()]);
}

/** The same for what is written bit by bit. */
export function encryptStream(secretKey: string) {
  return createCipheriv(algorithmOf(secretKey)!, Buffer.from(secretKey), null);
}

/** `undefined`: encrypted with another key, damaged, or the key is none for AES. */
export function decrypt(sealed: Buffer, secretKey: string): Buffer | undefined {
  return deciphered(sealed, secretKey, true);
}

/** What the whole blocks of a ciphertext hold that may be cut, padding included. */
export function decryptWholeBlocks(sealed: Buffer, secretKey: string): Buffer {
  const whole = sealed.subarray(0, sealed.length - (sealed.length % BLOCK_BYTES));
  return deciphered(whole, secretKey, false) ?? Buffer.alloc(0);
}

function deciphered(sealed: Buffer, secretKey: string, isPadded: boolean): Buffer | undefined {
  const algorithm = algorithmOf(secretKey);
  if (algorithm === undefined) return undefined;
  const decipher = createDecipheriv(algorithm, Buffer.from(secretKey), null).setAutoPadding(isPadded);
  try {
    return Buffer.concat([decipher.update(sealed), decipher.final()]);
  } catch {
    return undefined;
  }
}

function algorithmOf(secretKey: string): string | undefined {
  const bytes = Buffer.byteLength(secretKey);
  return [16, 24, 32].includes(bytes) ? `aes-${bytes * 8}-ecb` : undefined;
}
