import type { FaultDefinition } from './fault-definition.js';

/** The genuine answer breaks off after its first bytes. */
export interface TruncateFault {
  readonly kind: 'truncate';
  /** How many bytes of the body are sent. Default: half of them. */
  readonly bytes?: number;
  /**
   * `connection`: Content-Length promises the whole body, then the connection ends. `body`: the HTTP answer is complete
   * and only the JSON is cut. Default: `connection`.
   */
  readonly breaks?: 'connection' | 'body';
}

export const truncate: FaultDefinition<TruncateFault> = {
  meaning: 'the first `bytes` (half), then the end; `breaks: "body"` cuts the JSON inside a complete HTTP answer',
  accepts: 'yes',
  fields: {
    bytes: { type: 'integer', min: 0, meaning: 'bytes that arrive; default: half' },
    breaks: { type: 'choice', choices: ['connection', 'body'], default: 'connection', meaning: 'what is cut' },
  },
  play(exchange, { bytes, breaks = 'connection' }) {
    const answer = exchange.accept();
    const body = Buffer.from(JSON.stringify(answer));
    const sent = body.subarray(0, bytes ?? Math.floor(body.length / 2));
    if (breaks === 'body') {
      exchange.send(sent, { code: answer.code });
      return;
    }
    exchange.head(200, answer.code, { 'Content-Length': String(body.length) });
    exchange.response.flushHeaders();
    exchange.response.write(sent, () => exchange.request.socket.destroySoon());
  },
};
