import { MAX_TIMER_MS } from '../circumstances/max-timer-ms.js';
import type { FaultDefinition } from './fault-definition.js';

/** The genuine answer, byte by byte: each byte renews an idle timeout, only a deadline ends it. */
export interface DripFault {
  readonly kind: 'drip';
  /** Milliseconds between two bytes. Default: 100. */
  readonly intervalMs?: number | undefined;
}

export const drip: FaultDefinition<DripFault> = {
  meaning: 'the answer byte by byte, one every `intervalMs`',
  accepts: 'yes',
  fields: {
    intervalMs: { type: 'integer', min: 0, max: MAX_TIMER_MS, default: 100, meaning: 'milliseconds between two bytes' },
  },
  async play(exchange, { intervalMs }) {
    const answer = exchange.accept();
    const body = exchange.bytesOf(answer);
    exchange.head(200, answer.code, {
      ...exchange.form.headers(answer.code),
      'Content-Length': String(body.length),
    });
    exchange.response.flushHeaders();
    for (let index = 0; index < body.length && !exchange.isClosed; index++) {
      await exchange.wait(intervalMs);
      exchange.response.write(body.subarray(index, index + 1));
    }
    exchange.response.end();
  },
};
