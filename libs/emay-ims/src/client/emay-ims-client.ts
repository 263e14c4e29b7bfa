import type { HttpService } from '@nestjs/axios';
import { traceRequest, type ImsRequestTrace } from '../diagnostics/index.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import {
  authenticate,
  CALL_PATHS,
  classifyAnswerCode,
  decodeSendAnswer,
  encodeBatch,
  encodePersonality,
  encodeReportRequest,
  encodeSingle,
  type Authentication,
  type GatewayCall,
  type OutgoingMessage,
} from '../protocol/index.js';
import type { Exchange, ReportExchange, SendOutcome, UnsentOutcome } from './exchange-outcome.js';
import { assertOpen, OPEN, type Fence } from './fence.js';
import {
  exchange,
  exchangeBytes,
  rawAnswerOf,
  storable,
  type ExchangeLimits,
  type OutgoingRequest,
  type RawExchange,
} from './http-exchange.js';
import { RequestEcho } from './request-echo.js';

type Encode = (auth: Authentication) => Buffer;
type Post<End> = (service: HttpService, request: OutgoingRequest, limits: ExchangeLimits) => Promise<End>;

/**
 * The gateway's four calls, nothing more: no storing, no splitting, no retry.
 *
 * - Every send ends in one of four ways: accepted, refused, unsent, unconfirmed. Nothing is thrown for what the network
 *   or the gateway does.
 * - Where several base URLs are given, the next one is tried only while the request is provably unsent, within the one
 *   deadline `http.timeoutMs`.
 * - A send may be given a fence. It is asked before each connection and again when that stands, before the first byte;
 *   where it is closed, the request is unsent, with the fence's reason. The request is signed behind it.
 * - Each call is published on the tracing channel `emay-ims:request`, without anything secret or personal: who measures or
 *   traces it subscribes there.
 */
export class EmayImsClient {
  constructor(
    private readonly http: HttpService,
    private readonly options: ResolvedEmayImsOptions,
  ) {}

  /** Sends one message (§2.1). The caller checks number, text and id; see `SendImsDto`. */
  sendSingleIms(message: OutgoingMessage, fence: Fence = OPEN): Promise<SendOutcome> {
    return this.send('sendSingleIMS', [message], fence, (auth) => encodeSingle(auth, message, this.options.protocol));
  }

  /** Sends one text to up to 300 different numbers (§2.2). */
  sendBatchIms(
    content: string,
    recipients: readonly { mobile: string; customImsId: string }[],
    fence: Fence = OPEN,
  ): Promise<SendOutcome> {
    const messages = recipients.map(({ mobile }) => ({ mobile, content }));
    return this.send('sendBatchIMS', messages, fence, (auth) =>
      encodeBatch(auth, content, recipients, this.options.protocol),
    );
  }

  /** Sends up to 300 messages to different numbers, each with its own text (§2.3). */
  sendPersonalityIms(messages: readonly OutgoingMessage[], fence: Fence = OPEN): Promise<SendOutcome> {
    return this.send('sendPersonalityIMS', messages, fence, (auth) =>
      encodePersonality(auth, messages, this.options.protocol),
    );
  }

  /**
   * Fetches up to `number` delivery reports (§2.4), **and removes them from the gateway**: store the bytes before doing
   * anything else with them. What they say, `decodeReportAnswer` reads once they are text.
   *
   * @param number 1 to 500; default `reports.pageSize`
   */
  getImsReport(number = this.options.reports.pageSize): Promise<ReportExchange> {
    const trace = this.newTrace('getIMSReport', number);
    const echo = new RequestEcho();
    return traceRequest(trace, async () =>
      pageOf(await this.call(trace, OPEN, echo, (auth) => encodeReportRequest(auth, number), exchangeBytes), echo),
    );
  }

  private send(
    name: GatewayCall,
    messages: readonly { mobile: string; content: string }[],
    fence: Fence,
    encode: Encode,
  ): Promise<SendOutcome> {
    const trace = this.newTrace(name, messages.length);
    const echo = new RequestEcho(messages);
    return traceRequest(trace, async () => outcomeOf(await this.call(trace, fence, echo, encode, exchange), echo));
  }

  private newTrace(call: GatewayCall, size: number): ImsRequestTrace {
    return { account: this.options.name, call, size, origin: null, outcome: null, code: null };
  }

  private async call<End extends { kind: string }>(
    trace: ImsRequestTrace,
    fence: Fence,
    echo: RequestEcho,
    encode: Encode,
    post: Post<End>,
  ): Promise<End | UnsentOutcome> {
    const { baseUrls, http } = this.options;
    const deadline = performance.now() + http.timeoutMs;
    let end: End | UnsentOutcome = { kind: 'unsent', reason: 'TIMEOUT' };
    for (const baseUrl of baseUrls) {
      const timeoutMs = Math.floor(deadline - performance.now());
      if (timeoutMs <= 0) break;
      const closedBy = fence();
      if (closedBy !== null) return { kind: 'unsent', reason: closedBy, isTooLate: true };
      trace.origin = new URL(baseUrl).origin;
      const request = this.newRequest(baseUrl + CALL_PATHS[trace.call], fence, echo, encode);
      end = await post(this.http, request, { ...http, timeoutMs });
      if (end.kind !== 'unsent') break;
    }
    return end;
  }

  private newRequest(url: string, fence: Fence, echo: RequestEcho, encode: Encode): OutgoingRequest {
    return {
      url,
      echo,
      makeBody: () => {
        assertOpen(fence);
        const auth = authenticate(this.options, new Date(), this.options.protocol);
        echo.signs.push(auth.sign);
        const body = encode(auth);
        // Once more, as near to the first byte as can be: encoding takes its time, too.
        assertOpen(fence);
        return body;
      },
    };
  }
}

function outcomeOf(end: Exchange, echo: RequestEcho): SendOutcome {
  if (end.kind !== 'answered') return end;
  const answer = decodeSendAnswer(end.body);
  switch (answer.kind) {
    case 'success':
      return { kind: 'accepted', entries: answer.entries };
    case 'unreadable':
      return { kind: 'unconfirmed', reason: 'UNREADABLE', rawAnswer: storable(end.body, echo) };
    case 'error':
      return classifyAnswerCode(answer.code) === 'unlisted'
        ? { kind: 'unconfirmed', reason: answer.code, rawAnswer: storable(end.body, echo) }
        : { kind: 'refused', code: answer.code };
  }
}

function pageOf(end: RawExchange | UnsentOutcome, echo: RequestEcho): ReportExchange {
  switch (end.kind) {
    case 'answered':
      return { kind: 'answered', ...end.received };
    case 'unsent':
      return { kind: 'unsent', reason: end.reason };
    case 'unconfirmed':
      return {
        kind: 'unconfirmed',
        reason: end.reason,
        rawAnswer: rawAnswerOf(end.received, echo),
        page: end.received,
      };
  }
}
