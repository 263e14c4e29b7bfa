import { constants, createGzip } from 'node:zlib';
import { drained } from '../exchange/drained.js';
import { aroundPadding } from './around-padding.js';
import type { FaultDefinition } from './fault-definition.js';

/** The genuine answer with a last field that fills the memory of a caller which inflates it: a thousandth on the wire. */
export interface CompressedBombFault {
  readonly kind: 'compressed-bomb';
  /** Size of the added field once inflated. Default: 1 GiB. */
  readonly bytes?: number | undefined;
}

const CHUNK = Buffer.alloc(1024 ** 2, 'x');

export const compressedBomb: FaultDefinition<CompressedBombFault> = {
  meaning: 'the answer compressed, with padding that inflates to `bytes`',
  accepts: 'yes',
  fields: { bytes: { type: 'integer', min: 0, default: 1024 ** 3, meaning: 'size of the padding once inflated' } },
  async play(exchange, { bytes }) {
    const answer = exchange.accept();
    const [before, after] = aroundPadding(exchange.form.text(answer));
    // An encrypted answer that is packed already is the bomb itself: it shrinks no more once it is encrypted.
    const stream = exchange.form.isPacked
      ? exchange.stream(answer)
      : exchange.stream(answer, { 'Content-Encoding': 'gzip' }, createGzip({ level: constants.Z_BEST_SPEED }));
    stream.write(before);
    for (let left = bytes; left > 0 && !exchange.isClosed; left -= CHUNK.length) {
      if (!stream.write(CHUNK.subarray(0, Math.min(left, CHUNK.length)))) await drained(stream, exchange.response);
    }
    if (!exchange.isClosed) stream.end(after);
  },
};
