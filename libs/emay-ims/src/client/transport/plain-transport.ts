import type { ResolvedEmayImsOptions } from '../../options/module-options.js';
import { authenticate, decodeSendAnswer, encodeSigned, signAgain, type RequestFields } from '../../protocol/index.js';
import type { ReceivedPage } from '../exchange-outcome.js';
import { RAW_ANSWER_BYTES } from '../raw-answer.js';
import type { RequestEcho } from '../request-echo.js';
import type { EncodedRequest, GatewayTransport, ReadAnswer } from './gateway-transport.js';

const TEXT = 'NobodyIsToGetThis';
/** As long as real ones: a request is encoded once, to learn how large it is, and signed as it leaves. */
const UNSIGNED = { timestamp: '0'.repeat(14), sign: '0'.repeat(32) };

/** The interface of the vendor document: signed JSON under `/inter/`. */
export class PlainTransport implements GatewayTransport {
  readonly path = '/inter/';
  readonly headers = {};

  constructor(private readonly options: Pick<ResolvedEmayImsOptions, 'appId' | 'secretKey' | 'protocol'>) {}

  encode(fields: RequestFields): EncodedRequest {
    const { options } = this;
    const body = encodeSigned({ appId: options.appId, ...UNSIGNED }, fields);
    return {
      size: body.length,
      bodyAt(now: Date, echo: RequestEcho): Buffer {
        const auth = authenticate(options, now, options.protocol);
        echo.signs.push(auth.sign);
        return signAgain(body, auth);
      },
    };
  }

  textOfSize(bytes: number): string {
    return TEXT.padEnd(bytes, TEXT);
  }

  /** Errors of the gateway have status 200, too. */
  takes(status: number): boolean {
    return status === 200;
  }

  readAnswer({ body, headerCode }: ReceivedPage): ReadAnswer {
    return decodeSendAnswer(body.toString('utf8'), headerCode);
  }

  /** By its body. A gateway whose header always says yes is as good as any: only its refusals prove nothing. */
  readCanary(answer: ReceivedPage): ReadAnswer {
    const byBody = decodeSendAnswer(answer.body.toString('utf8'));
    return byBody.kind === 'unreadable' ? this.readAnswer(answer) : byBody;
  }

  readPage(page: ReceivedPage): ReceivedPage {
    return page;
  }

  textOf(body: Buffer): string {
    return body.toString('utf8', 0, RAW_ANSWER_BYTES);
  }
}
