import type { AxiosInstance } from 'axios';
import { traceRequest, type ImsRequestTrace } from '../diagnostics/index.js';
import type { Token } from '../injection/per-account.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import {
  authenticate,
  CALL_PATHS,
  classifyAnswerCode,
  decodeSendAnswer,
  encodeBatch,
  encodeForNobody,
  encodePersonality,
  encodeReportRequest,
  encodeSingle,
  isHolding,
  isRefusal,
  signAgain,
  type AnswerCodeMeanings,
  type Authentication,
  type GatewayCall,
  type OutgoingMessage,
} from '../protocol/index.js';
import { HOST_CLOCK, type EmayImsClock } from '../time/clock.js';
import { Canary, canaryEnd, type CanaryCall, type CanaryEnd } from './canary.js';
import type { Exchange, HeldBack, ReportExchange, SendOutcome, UnsentOutcome } from './exchange-outcome.js';
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
type Post<End> = (http: AxiosInstance, request: OutgoingRequest, limits: ExchangeLimits) => Promise<End>;
type MayGoTo = (baseUrl: string, timeoutMs: number) => Promise<HeldBack | null> | HeldBack | null;

const ANYWHERE: MayGoTo = () => null;
const HALF_PROVEN: HeldBack = { kind: 'unsent', reason: 'HALF_PROVEN' };
/** Size of a message with 160 letters, number and id: a canary is at least as large as a usual full request. */
const BYTES_PER_MESSAGE = 240;
/** As long as real ones: a request is encoded once, to learn how large it is, and signed as it leaves. */
const UNSIGNED = { timestamp: '0'.repeat(14), sign: '0'.repeat(32) };
const CANARY_TEXT = 'NobodyIsToGetThis';

/**
 * The gateway's four calls, nothing more: no storing, no splitting, no retry.
 *
 * - Every send ends in one of four ways: accepted, refused, unsent, unconfirmed. Nothing is thrown for what the network
 *   or the gateway does.
 * - Where several base URLs are given, the next one is tried only while the request is provably unsent, within the one
 *   deadline `http.timeoutMs`.
 * - No message goes to an address before a canary has come through there, see `Canary`. Where none does, the request is
 *   unsent, or refused with the code that every message would get.
 * - A send may be given a fence. It is asked before each connection and again when that stands, before the first byte;
 *   where it is closed, the request is unsent, with the fence's reason. The request is signed behind it.
 * - Each call is published on the tracing channel `emay-ims:request`, without anything secret or personal: who measures or
 *   traces it subscribes there.
 */
export class EmayImsClient {
  readonly canary: Canary;

  constructor(
    private readonly http: AxiosInstance,
    private readonly options: ResolvedEmayImsOptions,
    private readonly clock: EmayImsClock = HOST_CLOCK,
  ) {
    const { baseUrls, dispatch, protocol } = options;
    const usualBytes = dispatch.maxBatchSize * BYTES_PER_MESSAGE;
    this.canary = new Canary(baseUrls, protocol.canary, usualBytes, (call, baseUrl, bytes, timeoutMs) =>
      this.sendCanary(call, baseUrl, bytes, timeoutMs),
    );
  }

  /**
   * Proves the address by a canary, unless it is proven: name, connection, path, account and signature. Sends no message.
   *
   * @returns `null` if messages may go there; otherwise the outcome that they would have had
   */
  async proveAddress(): Promise<HeldBack | null> {
    if (this.canary.isProven) return null;
    const deadline = performance.now() + this.options.http.timeoutMs;
    let end: HeldBack = { kind: 'unsent', reason: 'TIMEOUT' };
    for (const baseUrl of this.options.baseUrls) {
      const timeoutMs = Math.floor(deadline - performance.now());
      if (timeoutMs <= 0) break;
      const heldBack = await this.canary.prove(baseUrl, timeoutMs);
      if (heldBack === null) return null;
      end = heldBack;
      if (end.kind === 'refused') break;
    }
    return end;
  }

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
    const encode: Encode = (auth) => encodeReportRequest(auth, number);
    return traceRequest(trace, async () => {
      const end = await this.call(trace, OPEN, echo, encode, ANYWHERE, exchangeBytes);
      return pageOf(end as RawExchange | UnsentOutcome, echo);
    });
  }

  private send(
    name: GatewayCall,
    messages: readonly { mobile: string; content: string }[],
    fence: Fence,
    encode: Encode,
  ): Promise<SendOutcome> {
    const trace = this.newTrace(name, messages.length);
    const echo = new RequestEcho(messages);
    const { answerCodes } = this.options.protocol;
    const encodeUnsigned = () => encode({ appId: this.options.appId, ...UNSIGNED });
    let body = this.canary.isOn ? encodeUnsigned() : null;
    const bytes = body?.length ?? 0;
    const signed: Encode = (auth) => signAgain((body ??= encodeUnsigned()), auth);
    const wasHalfProven = this.canary.isHalfProven;
    let address = '';
    const mayGoTo: MayGoTo = (baseUrl, timeoutMs) => {
      address = baseUrl;
      const mayCarry = (heldBack: HeldBack | null) =>
        // Who made the request so large went by what is proven of another address.
        heldBack ?? (messages.length > 1 && !wasHalfProven && this.canary.isHalf(baseUrl) ? HALF_PROVEN : null);
      const asked = this.canary.prove(baseUrl, timeoutMs, bytes);
      return asked === null ? mayCarry(null) : asked.then(mayCarry);
    };
    return traceRequest(trace, async () => {
      const end = await this.call(trace, fence, echo, signed, mayGoTo, exchange);
      const outcome = outcomeOf(end, echo, answerCodes);
      // Whose messages it names, the caller finds out; an answer to somebody else makes it doubt the way again.
      if (outcome.kind === 'accepted' && outcome.entries.length > 0) this.canary.confirm(address);
      return outcome;
    });
  }

  private async sendCanary(call: CanaryCall, baseUrl: string, bytes: number, timeoutMs: number): Promise<CanaryEnd> {
    const { protocol, http } = this.options;
    const content = CANARY_TEXT.padEnd(bytes, CANARY_TEXT);
    const encode: Encode = (auth) =>
      call === 'sendBatchIMS' ? encodeBatch(auth, content, [], protocol) : encodeForNobody(auth, content, protocol);
    const trace = { ...this.newTrace(call, 0), origin: new URL(baseUrl).origin };
    const echo = new RequestEcho([{ mobile: '', content: CANARY_TEXT }]);
    let end: CanaryEnd | undefined;
    await traceRequest(trace, async () => {
      const request = this.newRequest(baseUrl + CALL_PATHS[call], OPEN, echo, encode);
      const answer = await exchange(this.http, request, { ...http, timeoutMs });
      end = canaryEnd(answer, protocol.answerCodes);
      return end.kind === 'proven' || end.kind === 'open' ? { kind: 'answered' as const } : end;
    });
    return end as CanaryEnd;
  }

  private newTrace(call: GatewayCall, size: number): ImsRequestTrace {
    return { account: this.options.name, call, size, origin: null, outcome: null, code: null };
  }

  private async call<End extends { kind: string }>(
    trace: ImsRequestTrace,
    fence: Fence,
    echo: RequestEcho,
    encode: Encode,
    mayGoTo: MayGoTo,
    post: Post<End>,
  ): Promise<End | HeldBack> {
    const { baseUrls, http } = this.options;
    const deadline = performance.now() + http.timeoutMs;
    const leftMs = () => Math.floor(deadline - performance.now());
    let end: End | HeldBack = { kind: 'unsent', reason: 'TIMEOUT' };
    /** Where a smaller request would get through. */
    let tooLarge: HeldBack | null = null;
    for (const baseUrl of baseUrls) {
      if (leftMs() <= 0) break;
      const asked = mayGoTo(baseUrl, leftMs());
      const heldBack = asked === null ? null : await asked;
      if (heldBack !== null) {
        end = heldBack;
        if (heldBack.kind === 'refused') break;
        if (heldBack.isTooLarge) tooLarge = heldBack;
        continue;
      }
      const timeoutMs = leftMs();
      if (timeoutMs <= 0) break;
      const closedBy = fence();
      if (closedBy !== null) return { kind: 'unsent', reason: closedBy, isTooLate: true };
      trace.origin = new URL(baseUrl).origin;
      const request = this.newRequest(baseUrl + CALL_PATHS[trace.call], fence, echo, encode);
      end = await post(this.http, request, { ...http, timeoutMs });
      if (end.kind !== 'unsent') break;
    }
    return end.kind === 'unsent' ? (tooLarge ?? end) : end;
  }

  private newRequest(url: string, fence: Fence, echo: RequestEcho, encode: Encode): OutgoingRequest {
    return {
      url,
      echo,
      makeBody: () => {
        assertOpen(fence);
        const auth = authenticate(this.options, new Date(this.clock.wall()), this.options.protocol);
        echo.signs.push(auth.sign);
        const body = encode(auth);
        // Once more, as near to the first byte as can be: encoding takes its time, too.
        assertOpen(fence);
        return body;
      },
    };
  }
}

/** The client of an account. */
export const ACCOUNT_CLIENT: Token<EmayImsClient> = Symbol('EmayImsClient');

function outcomeOf(end: Exchange | HeldBack, echo: RequestEcho, meanings: AnswerCodeMeanings): SendOutcome {
  if (end.kind !== 'answered') return end;
  const answer = decodeSendAnswer(end.body, end.headerCode);
  switch (answer.kind) {
    case 'success':
      return { kind: 'accepted', entries: answer.entries };
    case 'unreadable':
      return { kind: 'unconfirmed', reason: 'UNREADABLE', rawAnswer: storable(end.body, echo) };
    case 'error': {
      const { code } = answer;
      const kind = classifyAnswerCode(code, meanings);
      return isRefusal(kind) || isHolding(kind)
        ? { kind: 'refused', code }
        : { kind: 'unconfirmed', reason: code, rawAnswer: storable(end.body, echo) };
    }
  }
}

function pageOf(end: RawExchange | UnsentOutcome, echo: RequestEcho): ReportExchange {
  switch (end.kind) {
    case 'answered':
      return { kind: 'answered', ...end.received, headerCode: end.headerCode };
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
