import type { FaultBehaviour } from './fault-behaviour.js';

/** The genuine answer with a last field that never seems to end. The length is not announced. */
export interface OversizeFault {
  readonly kind: 'oversize';
  /** Size of the added field. Default: 64 MiB. */
  readonly bytes?: number;
}

const CHUNK = Buffer.alloc(64 * 1024, 'x');

export const oversize: FaultBehaviour<OversizeFault> = async (exchange, { bytes = 64 * 1024 * 1024 }) => {
  const answer = exchange.accept();
  const { response } = exchange;
  exchange.head(200, answer.code, {});
  response.write(`${JSON.stringify(answer).slice(0, -1)},"padding":"`);
  for (let left = bytes; left > 0 && !exchange.isClosed; left -= CHUNK.length) {
    if (!response.write(CHUNK.subarray(0, Math.min(left, CHUNK.length)))) await drained(exchange.response);
  }
  response.end('"}');
};

function drained(response: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}
