import type { Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

/** A way in which bytes may be packed. `zlib` is what HTTP calls `deflate`; some servers leave its frame away (`raw`). */
export type Packing = 'gzip' | 'zlib' | 'raw' | 'br';

type Bytes = AsyncIterable<Buffer> | Iterable<Buffer>;

const PIECE_BYTES = 16 * 1024;
/** The checksum at the end of a gzip file: given by itself, it takes nothing along where it is wrong. */
const TRAILER_BYTES = 8;
/** Unpacked, and not yet taken. */
const MAX_READY_BYTES = 16 * PIECE_BYTES;
/** A file may have been packed twice, by the gateway and by us; more is mischief. */
const MAX_LAYERS = 4;

/** What came, in pieces, with all layers taken off; ends where they cannot be. */
export function unpacked(bytes: Buffer, packings: readonly Packing[]): Bytes {
  return packings.reduce<Bytes>((layer, packing) => decompressed(layer, UNPACK[packing]()), pieces(bytes));
}

/**
 * In which ways the bytes may be packed, the likeliest first. Headers are a hint only: what came packed although nobody asked for it
 * may come without them. gzip and zlib show in the first bytes; brotli and bare deflate do not.
 */
export async function packingsOf(bytes: Buffer, declared: string | null): Promise<(readonly Packing[])[]> {
  const layers: Packing[] = [];
  let head = bytes;
  for (let packing = packingShownBy(head); packing && layers.length < MAX_LAYERS; packing = packingShownBy(head)) {
    layers.push(packing);
    head = await headOf(bytes, layers, TRAILER_BYTES);
  }
  const hidden: Packing[] = declared?.includes('deflate') ? ['raw', 'br'] : ['br', 'raw'];
  const more = hidden.map((packing) => [...layers, packing]);
  return looksLikeText(head) ? [layers, ...more] : [...more, layers];
}

/** The first bytes, unpacked. */
export async function headOf(bytes: Buffer, packings: readonly Packing[], length: number): Promise<Buffer> {
  const head: Buffer[] = [];
  let size = 0;
  for await (const piece of unpacked(bytes, packings)) {
    head.push(piece);
    size += piece.length;
    if (size >= length) break;
  }
  return Buffer.concat(head).subarray(0, length);
}

const UNPACK: Readonly<Record<Packing, () => Transform>> = {
  gzip: () => createGunzip(ZLIB),
  zlib: () => createInflate(ZLIB),
  raw: () => createInflateRaw(ZLIB),
  br: () => createBrotliDecompress({ chunkSize: PIECE_BYTES, finishFlush: constants.BROTLI_OPERATION_FLUSH }),
};
/** One that was cut gives what it holds. */
const ZLIB = { chunkSize: PIECE_BYTES, finishFlush: constants.Z_SYNC_FLUSH };

function packingShownBy(head: Buffer): Packing | null {
  const [first = 0, second = 0] = head;
  if (first === 0x1f && second === 0x8b) return 'gzip';
  // A window of any size, and the two bytes a multiple of 31: no text begins like that.
  return (first & 0x8f) === 0x08 && head.length > 1 && (first * 256 + second) % 31 === 0 ? 'zlib' : null;
}

/** JSON or HTML, in any charset. */
function looksLikeText(head: Buffer): boolean {
  return /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*[{[<]/.test(head.subarray(0, 256).toString('latin1'));
}

function* pieces(bytes: Buffer): Iterable<Buffer> {
  const trailer = Math.max(0, bytes.length - TRAILER_BYTES);
  for (let at = 0; at < trailer; at += PIECE_BYTES) yield bytes.subarray(at, Math.min(at + PIECE_BYTES, trailer));
  yield bytes.subarray(trailer);
}

/**
 * Runs bytes through a decompressor. Where it fails in the middle, what came before is given out all the same: an iteration over
 * the stream itself would throw that away.
 */
async function* decompressed(packed: Bytes, stream: Transform): AsyncGenerator<Buffer> {
  const ready: Buffer[] = [];
  let readyBytes = 0;
  let hasEnded = false;
  let wake: (() => void) | undefined;
  const end = () => {
    hasEnded = true;
    wake?.();
  };
  stream.on('data', (chunk: Buffer) => {
    ready.push(chunk);
    readyBytes += chunk.length;
    if (readyBytes > MAX_READY_BYTES) stream.pause();
    wake?.();
  });
  stream.once('end', end).once('close', end).once('error', end);
  void feed(packed, stream).catch(end);
  try {
    for (;;) {
      for (let chunk = ready.shift(); chunk; chunk = ready.shift()) {
        readyBytes -= chunk.length;
        yield chunk;
      }
      if (hasEnded) return;
      const news = new Promise<void>((resolve) => (wake = resolve));
      stream.resume();
      await news;
    }
  } finally {
    stream.destroy();
  }
}

async function feed(packed: Bytes, stream: Transform): Promise<void> {
  for await (const piece of packed) {
    if (stream.destroyed) return;
    await new Promise<void>((resolve) => void stream.write(piece, () => resolve()));
  }
  if (!stream.destroyed) stream.end();
}
