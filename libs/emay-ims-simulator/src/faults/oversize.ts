import { drained } from '../exchange/drained.js';
import { aroundPadding } from './around-padding.js';
import type { FaultDefinition } from './fault-definition.js';

/** The genuine answer with a last field that never seems to end. The length is not announced. */
export interface OversizeFault {
  readonly kind: 'oversize';
  /** Size of the added field. Default: 64 MiB. */
  readonly bytes?: number | undefined;
}

const CHUNK = Buffer.alloc(64 * 1024, 'x');

export const oversize: FaultDefinition<OversizeFault> = {
  meaning: 'the answer and `bytes` of padding, without Content-Length',
  accepts: 'yes',
  fields: { bytes: { type: 'integer', min: 0, default: 64 * 1024 ** 2, meaning: 'size of the padding' } },
  async play(exchange, { bytes }) {
    const answer = exchange.accept();
    const [before, after] = aroundPadding(exchange.form.text(answer));
    const stream = exchange.stream(answer);
    stream.write(before);
    for (let left = bytes; left > 0 && !exchange.isClosed; left -= CHUNK.length) {
      if (!stream.write(CHUNK.subarray(0, Math.min(left, CHUNK.length)))) await drained(stream, exchange.response);
    }
    if (!exchange.isClosed) stream.end(after);
  },
};
