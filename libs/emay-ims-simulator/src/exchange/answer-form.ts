import type { Transform } from 'node:stream';
import { createGzip, gzipSync } from 'node:zlib';
import type { Answer } from '../wire/answer-code.js';
import type { CharsetName } from '../wire/charset.js';
import { decryptWholeBlocks, encrypt, encryptStream, type Padding } from '../wire/cipher.js';
import { PACKINGS } from '../wire/packing.js';
import type { SealedForm } from '../wire/sealed-request.js';
import type { Transport } from '../wire/transport.js';

/** How an interface writes an answer. */
export interface AnswerForm {
  readonly transport: Transport;
  readonly charset: CharsetName;
  /** The text is packed before it is encrypted. */
  readonly isPacked: boolean;
  /** Headers beside those of every answer. */
  headers(code: string | undefined): Record<string, string>;
  /** The JSON of an answer, before it is encrypted; empty where the interface sends no body. */
  readonly text: (answer: Answer) => string;
  /** A text as it goes over the wire. */
  seal(text: Buffer): Buffer;
  /** A text as it would go if the request had not been packed. */
  sealUnpacked(text: Buffer): Buffer;
  /** A text whose last block ends in no padding. */
  sealWronglyPadded(text: Buffer): Buffer;
  /** What a text goes through, in this order, that is sent bit by bit. */
  sealing(): Transform[];
  /** How many bytes of the text can be read in a body that may be cut. */
  readableIn(cut: Buffer): number;
}

/** `{ "code", "data" }`, readable by everybody. */
export const PLAIN_FORM: AnswerForm = {
  transport: 'plain',
  charset: 'utf-8',
  isPacked: false,
  headers: () => ({}),
  text: (answer) => JSON.stringify(answer),
  seal: (text) => text,
  sealUnpacked: (text) => text,
  sealWronglyPadded: (text) => text,
  sealing: () => [],
  readableIn: (cut) => cut.length,
};

/**
 * The code in the header `result`; a body for `SUCCESS` only: the data alone, packed as the request was (assumed), encrypted.
 * Without a key there is nothing that could be a `SUCCESS`.
 */
export function secureForm(secretKey: string | undefined, { isPacked, charset = 'utf-8' }: SealedForm): AnswerForm {
  const sealed = (bytes: Buffer, padding?: Padding): Buffer =>
    secretKey === undefined || bytes.length === 0 ? bytes : encrypt(bytes, secretKey, padding);
  const pack = (text: Buffer): Buffer => (isPacked && text.length > 0 ? gzipSync(text) : text);
  return {
    transport: 'secure',
    charset,
    isPacked,
    headers: (code) => ({
      'Content-Type': 'application/octet-stream',
      ...(code === undefined ? {} : { result: code }),
    }),
    text: ({ code, data }) => (code === 'SUCCESS' && data !== undefined ? JSON.stringify(data) : ''),
    seal: (text) => sealed(pack(text)),
    sealUnpacked: (text) => sealed(text),
    sealWronglyPadded: (text) => sealed(pack(text), 'wrong'),
    sealing: () => (secretKey === undefined ? [] : [...(isPacked ? [createGzip()] : []), encryptStream(secretKey)]),
    readableIn(cut) {
      if (secretKey === undefined) return 0;
      return unpacked(decryptWholeBlocks(cut, secretKey), isPacked).length;
    },
  };
}

function unpacked(bytes: Buffer, isPacked: boolean): Buffer {
  if (!isPacked) return bytes;
  try {
    return PACKINGS.gzip.unpack(bytes);
  } catch {
    // Less than the first bytes of a packed text.
    return Buffer.alloc(0);
  }
}
