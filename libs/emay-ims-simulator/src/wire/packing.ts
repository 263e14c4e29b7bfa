import {
  brotliCompressSync,
  brotliDecompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateRawSync,
  inflateSync,
} from 'node:zlib';

interface Packing {
  /** As a Content-Encoding names it. */
  readonly name: string;
  readonly pack: (bytes: Buffer) => Buffer;
  /** What can be read of a packed body that may be cut. */
  readonly unpack: (bytes: Buffer) => Buffer;
}

const CUT = { finishFlush: constants.Z_SYNC_FLUSH };

export type PackingName = 'none' | 'gzip' | 'deflate' | 'deflate-raw' | 'br';

/** How a body can be packed. `deflate-raw` is what some servers send as `deflate`: without the zlib header. */
export const PACKINGS: { readonly [Name in PackingName]: Packing } = {
  none: { name: 'identity', pack: (bytes) => bytes, unpack: (bytes) => bytes },
  gzip: { name: 'gzip', pack: (bytes) => gzipSync(bytes), unpack: (bytes) => gunzipSync(bytes, CUT) },
  deflate: { name: 'deflate', pack: (bytes) => deflateSync(bytes), unpack: (bytes) => inflateSync(bytes, CUT) },
  'deflate-raw': {
    name: 'deflate',
    pack: (bytes) => deflateRawSync(bytes),
    unpack: (bytes) => inflateRawSync(bytes, CUT),
  },
  br: {
    name: 'br',
    pack: (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
    unpack: (bytes) => brotliDecompressSync(bytes, { finishFlush: constants.BROTLI_OPERATION_FLUSH }),
  },
};

export const PACKING_NAMES = Object.keys(PACKINGS) as readonly PackingName[];
