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
import {
  exchange,
  exchangeBytes,
  rawAnswerOf,
  storable,
  type ExchangeLimits,
  type OutgoingRequest,
  type RawExchange,
} from './http-exchange.js';

/**
 * The gateway's four calls, nothing more: no storing, no splitting, no retry.
 *
 * - Every send ends in one of four ways: accepted, refused, unsent, unconfirmed. Nothing is thrown for what the network
 *   or the gateway does.
 * - Where several base URLs are given, the next one is tried only while the request is provably unsent, within the one
 *   deadline `http.timeoutMs`.
 * - Each call is published on the tracing channel `emay-ims:request`, without anything secret or personal: who measures or
 *   traces it subscribes there.
 */
export class EmayImsClient {
  constructor(
    private readonly http: HttpService,
    private readonly options: ResolvedEmayImsOptions,
  ) {}

  /** Sends one message (§2.1). The caller checks number, text and id; see `SendImsDto`. */
  sendSingleIms(message: OutgoingMessage): Promise<SendOutcome> {
    return this.send('sendSingleIMS', 1, (auth) => encodeSingle(auth, message, this.options.protocol));
  }

  /** Sends one text to up to 300 different numbers (§2.2). */
  sendBatchIms(content: string, recipients: readonly { mobile: string; customImsId: string }[]): Promise<SendOutcome> {
    return this.send('sendBatchIMS', recipients.length, (auth) =>
      encodeBatch(auth, content, recipients, this.options.protocol),
    );
  }

  /** Sends up to 300 messages to different numbers, each with its own text (§2.3). */
  sendPersonalityIms(messages: readonly OutgoingMessage[]): Promise<SendOutcome> {
    return this.send('sendPersonalityIMS', messages.length, (auth) =>
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
    return traceRequest(trace, async () =>
      pageOf(await this.call(trace, (auth) => encodeReportRequest(auth, number), exchangeBytes)),
    );
  }

  private send(name: GatewayCall, size: number, encode: (auth: Authentication) => Buffer): Promise<SendOutcome> {
    const trace = this.newTrace(name, size);
    return traceRequest(trace, async () => outcomeOf(await this.call(trace, encode, exchange)));
  }

  private newTrace(call: GatewayCall, size: number): ImsRequestTrace {
    return { account: this.options.name, call, size, origin: null, outcome: null, code: null };
  }

  private async call<End extends { kind: string }>(
    trace: ImsRequestTrace,
    encode: (auth: Authentication) => Buffer,
    post: (service: HttpService, request: OutgoingRequest, limits: ExchangeLimits) => Promise<End>,
  ): Promise<End | UnsentOutcome> {
    const { baseUrls, http, protocol } = this.options;
    const deadline = performance.now() + http.timeoutMs;
    let end: End | UnsentOutcome = { kind: 'unsent', reason: 'TIMEOUT' };
    for (const baseUrl of baseUrls) {
      const timeoutMs = Math.floor(deadline - performance.now());
      if (timeoutMs <= 0) break;
      trace.origin = new URL(baseUrl).origin;
      const auth = authenticate(this.options, new Date(), protocol);
      const request = { url: baseUrl + CALL_PATHS[trace.call], body: encode(auth), sign: auth.sign };
      end = await post(this.http, request, { ...http, timeoutMs });
      if (end.kind !== 'unsent') break;
    }
    return end;
  }
}

function outcomeOf(end: Exchange): SendOutcome {
  if (end.kind !== 'answered') return end;
  const answer = decodeSendAnswer(end.body);
  switch (answer.kind) {
    case 'success':
      return { kind: 'accepted', entries: answer.entries };
    case 'unreadable':
      return { kind: 'unconfirmed', reason: 'UNREADABLE', rawAnswer: storable(end.body) };
    case 'error':
      return classifyAnswerCode(answer.code) === 'unlisted'
        ? { kind: 'unconfirmed', reason: answer.code, rawAnswer: storable(end.body) }
        : { kind: 'refused', code: answer.code };
  }
}

function pageOf(end: RawExchange | UnsentOutcome): ReportExchange {
  switch (end.kind) {
    case 'answered':
      return { kind: 'answered', ...end.received };
    case 'unsent':
      return { kind: 'unsent', reason: end.reason };
    case 'unconfirmed':
      return { kind: 'unconfirmed', reason: end.reason, rawAnswer: rawAnswerOf(end.received), page: end.received };
  }
}
