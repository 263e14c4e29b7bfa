import type { FaultBehaviour } from './fault-behaviour.js';

/** The genuine answer, byte by byte: each byte renews an idle timeout, only a deadline ends it. */
export interface DripFault {
  readonly kind: 'drip';
  /** Milliseconds between two bytes. Default: 100. */
  readonly intervalMs?: number;
}

export const drip: FaultBehaviour<DripFault> = async (exchange, { intervalMs = 100 }) => {
  const answer = exchange.accept();
  const body = Buffer.from(JSON.stringify(answer));
  exchange.head(200, answer.code, { 'Content-Length': String(body.length) });
  exchange.response.flushHeaders();
  for (let index = 0; index < body.length && !exchange.isClosed; index++) {
    await exchange.wait(intervalMs);
    exchange.response.write(body.subarray(index, index + 1));
  }
  exchange.response.end();
};
