import { constants, createGzip } from 'node:zlib';
import { drained } from '../exchange/drained.js';
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
    exchange.head(200, answer.code, { 'Content-Encoding': 'gzip' });
    const gzip = createGzip({ level: constants.Z_BEST_SPEED });
    gzip.pipe(exchange.response);
    gzip.write(`${JSON.stringify(answer).slice(0, -1)},"padding":"`);
    for (let left = bytes; left > 0 && !exchange.isClosed; left -= CHUNK.length) {
      if (!gzip.write(CHUNK.subarray(0, Math.min(left, CHUNK.length)))) await drained(gzip, exchange.response);
    }
    if (exchange.isClosed) gzip.destroy();
    else gzip.end('"}');
  },
};
