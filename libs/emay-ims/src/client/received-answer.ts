import type { ReceivedPage } from './exchange-outcome.js';

/** Up to here pieces are kept as they come; hardly any answer is longer. */
const SHORT_BYTES = 1024 * 1024;
const REDACTED_BYTE = '(sign)';

/**
 * The bytes of one answer while they come in.
 *
 * - What came stays, however the answer ends.
 * - A long one is copied into one piece of memory as it comes: joined at its end it would be there twice.
 */
export class ReceivedAnswer {
  headers: Pick<ReceivedPage, 'contentType' | 'contentEncoding' | 'isOpenEnded'> = {
    contentType: null,
    contentEncoding: null,
  };
  /** What its header `result` says. */
  headerCode: string | undefined;
  private pieces: Buffer[] = [];
  private whole: Buffer | null = null;
  private length = 0;

  constructor(private readonly maxBytes: number) {}

  get isEmpty(): boolean {
    return this.length === 0;
  }

  /** `false` where it is longer than it may be; what is beyond is not kept. */
  add(bytes: Buffer): boolean {
    const kept = bytes.subarray(0, this.maxBytes - this.length);
    if (this.whole === null && this.length + kept.length > SHORT_BYTES) this.whole = this.roomForAll();
    if (this.whole) kept.copy(this.whole, this.length);
    else this.pieces.push(kept);
    this.length += kept.length;
    return kept.length === bytes.length;
  }

  /**
   * What has come; `null`: nothing. The signature is blotted out: an error page may repeat what it was sent. The pieces are forgotten, see
   * "Release references" in docs/performance-internals.md.
   */
  takePage(signs: readonly string[]): ReceivedPage | null {
    if (this.isEmpty) return null;
    const body = this.whole?.subarray(0, this.length) ?? Buffer.concat(this.pieces);
    this.whole = null;
    this.pieces = [];
    this.length = 0;
    return { ...this.headers, body: signs.reduce(withoutSign, body) };
  }

  /** Not filled, so the system gives memory for what is written alone. */
  private roomForAll(): Buffer {
    const room = Buffer.allocUnsafeSlow(this.maxBytes);
    Buffer.concat(this.pieces).copy(room);
    this.pieces = [];
    return room;
  }
}

/** In any case of letters; of a long page, in the two that there are. */
function withoutSign(body: Buffer, sign: string): Buffer {
  if (body.length > SHORT_BYTES) return [sign.toLowerCase(), sign.toUpperCase()].reduce(withoutExactly, body);
  const text = body.toString('latin1');
  if (!text.toLowerCase().includes(sign.toLowerCase())) return body;
  return Buffer.from(text.replaceAll(new RegExp(sign, 'gi'), REDACTED_BYTE), 'latin1');
}

function withoutExactly(body: Buffer, sign: string): Buffer {
  const pieces: Buffer[] = [];
  let from = 0;
  for (let at = body.indexOf(sign); at >= 0; at = body.indexOf(sign, from)) {
    pieces.push(body.subarray(from, at), Buffer.from(REDACTED_BYTE));
    from = at + sign.length;
  }
  return from === 0 ? body : Buffer.concat([...pieces, body.subarray(from)]);
}
