import { type Break, BREAKS, sendCut } from '../exchange/cut-body.js';
import { placesWithin } from '../exchange/whole-reports.js';
import type { FaultDefinition } from './fault-definition.js';

/** The genuine answer breaks off after its first bytes. */
export interface TruncateFault {
  readonly kind: 'truncate';
  /** How many bytes of the body are sent. Default: as `percent` says. */
  readonly bytes?: number | undefined;
  /** The same, as a share of the body. Default: 50. */
  readonly percent?: number | undefined;
  /**
   * `connection`: Content-Length promises the whole body, then the connection ends. `body`: the HTTP answer is complete
   * and only the JSON is cut. `close`: no length is announced, and the connection ends as after a whole answer. `chunk`:
   * chunks without the last one. `stall`: as `connection`, which stays open. Default: `connection`.
   */
  readonly breaks?: Break | undefined;
}

export const truncate: FaultDefinition<TruncateFault, 'bytes'> = {
  meaning:
    'only the first `bytes` or `percent` of the answer; `breaks: "body"` cuts the JSON inside a complete HTTP answer',
  accepts: 'yes',
  fields: {
    bytes: { type: 'integer', min: 0, meaning: 'bytes that arrive; default: as percent says' },
    percent: { type: 'integer', min: 0, max: 100, default: 50, meaning: 'share of the body that arrives' },
    breaks: { type: 'choice', choices: BREAKS, default: 'connection', meaning: 'what is cut' },
  },
  play(exchange, { percent, bytes, breaks }) {
    const answer = exchange.accept();
    const whole = exchange.bytesOf(answer);
    const sentBytes = bytes ?? Math.floor((whole.length * percent) / 100);
    exchange.keepsWhole(placesWithin(answer, exchange.form, exchange.form.readableIn(whole.subarray(0, sentBytes))));
    sendCut(exchange, { code: answer.code, whole, sentBytes, breaks, headers: {} });
  },
};
