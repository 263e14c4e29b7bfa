import type { AxiosInstance } from 'axios';
import { GuardedLogger, traceRequest, type ImsRequestTrace } from '../diagnostics/index.js';
import type { Token } from '../injection/per-account.js';
import type { ImsTransport, ResolvedEmayImsOptions } from '../options/module-options.js';
import {
  batchFields,
  isCipherKey,
  nobodyFields,
  personalityFields,
  reportFields,
  singleFields,
  type GatewayCall,
  type OutgoingMessage,
  type RequestFields,
} from '../protocol/index.js';
import { HOST_CLOCK, type EmayImsClock } from '../time/clock.js';
import { Canary, canaryEnd, type CanaryCall, type CanaryEnd } from './canary.js';
import type { HeldBack, ReportExchange, SendOutcome } from './exchange-outcome.js';
import { assertOpen, NotMadeError, OPEN, REQUEST_NOT_MADE, type Fence } from './fence.js';
import { exchange, type OutgoingRequest, type RawExchange } from './http-exchange.js';
import { outcomeOf, pageOf } from './read-outcome.js';
import { RequestEcho } from './request-echo.js';
import type { EncodedRequest, GatewayTransport } from './transport/gateway-transport.js';
import { transportOf } from './transport/transport-of.js';

type MayGoTo = (baseUrl: string, timeoutMs: number) => Promise<HeldBack | null> | HeldBack | null;

const ANYWHERE: MayGoTo = () => null;
const HALF_PROVEN: HeldBack = { kind: 'unsent', reason: 'HALF_PROVEN' };
/** Size of a message with 160 letters, number and id: a canary is at least as large as a usual full request. */
const BYTES_PER_MESSAGE = 240;

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
 *   where it is closed, the request is unsent, with the fence's reason. The request is signed, or timed and encrypted, behind it.
 * - Which of the gateway's interfaces it speaks, its transport alone knows: see `GatewayTransport`.
 * - Each call is published on the tracing channel `emay-ims:request`, without anything secret or personal: who measures or
 *   traces it subscribes there.
 */
export class EmayImsClient {
  readonly canary: Canary;
  private readonly transport: GatewayTransport;
  private readonly logger: GuardedLogger;

  constructor(
    private readonly http: AxiosInstance,
    private readonly options: ResolvedEmayImsOptions,
    private readonly clock: EmayImsClock = HOST_CLOCK,
  ) {
    this.transport = transportOf(options.transport, options);
    this.logger = GuardedLogger.of(options.name);
    this.canary = this.newCanary(options.baseUrls, options.protocol.canary, this.transport);
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

  /**
   * Asks the gateway by a canary whether it knows the account by that transport, which need not be the account's own. `secure` needs a
   * `secretKey` of 16, 24 or 32 bytes.
   *
   * @returns what the answer proves, also where `protocol.canary` is `false`
   * @throws RangeError for another `secretKey`
   */
  async tryTransport(name: ImsTransport, baseUrl: string, timeoutMs: number): Promise<CanaryEnd> {
    if (name === 'secure' && !isCipherKey(this.options.secretKey))
      throw new RangeError('An AES key has 16, 24 or 32 bytes.');
    return this.newCanary([baseUrl], true, transportOf(name, this.options)).ask(baseUrl, timeoutMs);
  }

  /** Sends one message (§2.1). The caller checks number, text and id; see `SendImsDto`. */
  sendSingleIms(message: OutgoingMessage, fence: Fence = OPEN): Promise<SendOutcome> {
    return this.send('sendSingleIMS', [message], fence, () => singleFields(message, this.options.protocol), true);
  }

  /**
   * Sends one text to up to 300 different numbers (§2.2).
   *
   * @param isForHalfProven whether it may go to a half-proven address. `false` for who makes requests as large as the proof at that time allowed;
   *   default: if the next address is one as the call begins
   */
  sendBatchIms(
    content: string,
    recipients: readonly { mobile: string; customImsId: string }[],
    fence: Fence = OPEN,
    isForHalfProven = this.canary.isHalfProven,
  ): Promise<SendOutcome> {
    const messages = recipients.map(({ mobile }) => ({ mobile, content }));
    const fields = () => batchFields(content, recipients, this.options.protocol);
    return this.send('sendBatchIMS', messages, fence, fields, isForHalfProven);
  }

  /**
   * Sends up to 300 messages to different numbers, each with its own text (§2.3).
   *
   * @param isForHalfProven see `sendBatchIms`
   */
  sendPersonalityIms(
    messages: readonly OutgoingMessage[],
    fence: Fence = OPEN,
    isForHalfProven = this.canary.isHalfProven,
  ): Promise<SendOutcome> {
    const fields = () => personalityFields(messages, this.options.protocol);
    return this.send('sendPersonalityIMS', messages, fence, fields, isForHalfProven);
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
    const request = this.transport.encode(reportFields(number));
    return traceRequest(trace, async () => {
      const end = await this.call(trace, OPEN, echo, () => request, ANYWHERE);
      return pageOf(end, this.transport, echo);
    });
  }

  private send(
    name: GatewayCall,
    messages: readonly { mobile: string; content: string }[],
    fence: Fence,
    fieldsOf: () => RequestFields,
    isForHalfProven: boolean,
  ): Promise<SendOutcome> {
    const trace = this.newTrace(name, messages.length);
    const echo = new RequestEcho(messages);
    const encode = () => this.transport.encode(fieldsOf());
    let encoded = this.canary.isOn ? encode() : null;
    const bytes = encoded?.size ?? 0;
    let address = '';
    const mayGoTo: MayGoTo = (baseUrl, timeoutMs) => {
      address = baseUrl;
      // Who made the request so large went by what was proven then, maybe of another address.
      const mayCarry = (heldBack: HeldBack | null) =>
        heldBack ?? (isForHalfProven || this.canary.isWhole(baseUrl) ? null : HALF_PROVEN);
      const asked = this.canary.prove(baseUrl, timeoutMs, bytes);
      return asked === null ? mayCarry(null) : asked.then(mayCarry);
    };
    return traceRequest(trace, async () => {
      const end = await this.call(trace, fence, echo, () => (encoded ??= encode()), mayGoTo);
      const outcome = outcomeOf(end, this.transport, echo, this.options.protocol.answerCodes);
      // Whose messages it names, the caller finds out; an answer to somebody else makes it doubt the way again.
      if (outcome.kind === 'accepted' && outcome.entries.length > 0) this.canary.confirm(address);
      return outcome;
    });
  }

  private newCanary(baseUrls: readonly string[], isOn: boolean, transport: GatewayTransport): Canary {
    const usualBytes = this.options.dispatch.maxBatchSize * BYTES_PER_MESSAGE;
    return new Canary(baseUrls, isOn, usualBytes, (call, baseUrl, bytes, timeoutMs) =>
      this.sendCanary(transport, call, baseUrl, bytes, timeoutMs),
    );
  }

  private async sendCanary(
    transport: GatewayTransport,
    call: CanaryCall,
    baseUrl: string,
    bytes: number,
    timeoutMs: number,
  ): Promise<CanaryEnd> {
    const { protocol, http } = this.options;
    const content = transport.textOfSize(bytes);
    const fields = call === 'sendBatchIMS' ? batchFields(content, [], protocol) : nobodyFields(content, protocol);
    const encoded = transport.encode(fields);
    const trace = { ...this.newTrace(call, 0), origin: new URL(baseUrl).origin };
    let end: CanaryEnd | undefined;
    await traceRequest(trace, async () => {
      const request = this.newRequest(transport, baseUrl, call, OPEN, new RequestEcho(), () => encoded);
      const answered = await exchange(this.http, request, { ...http, timeoutMs });
      end =
        answered.kind === 'answered'
          ? canaryEnd(transport.readCanary(answered.received), protocol.answerCodes)
          : { kind: 'unsent', reason: answered.reason };
      return end.kind === 'proven' || end.kind === 'open' ? { kind: 'answered' as const } : end;
    });
    return end as CanaryEnd;
  }

  private newTrace(call: GatewayCall, size: number): ImsRequestTrace {
    return { account: this.options.name, call, size, origin: null, outcome: null, code: null };
  }

  private async call(
    trace: ImsRequestTrace,
    fence: Fence,
    echo: RequestEcho,
    encode: () => EncodedRequest,
    mayGoTo: MayGoTo,
  ): Promise<RawExchange | HeldBack> {
    const { baseUrls, http } = this.options;
    const deadline = performance.now() + http.timeoutMs;
    const leftMs = () => Math.floor(deadline - performance.now());
    let end: RawExchange | HeldBack = { kind: 'unsent', reason: 'TIMEOUT' };
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
      const request = this.newRequest(this.transport, baseUrl, trace.call, fence, echo, encode);
      end = await exchange(this.http, request, { ...http, timeoutMs });
      if (end.kind !== 'unsent') break;
    }
    return end.kind === 'unsent' ? (tooLarge ?? end) : end;
  }

  private newRequest(
    transport: GatewayTransport,
    baseUrl: string,
    call: GatewayCall,
    fence: Fence,
    echo: RequestEcho,
    encode: () => EncodedRequest,
  ): OutgoingRequest {
    return {
      url: baseUrl + transport.path + call,
      headers: transport.headers,
      takes: (status, headerCode, isEmpty) => transport.takes(status, headerCode, isEmpty),
      signs: echo.signs,
      makeBody: () => {
        assertOpen(fence);
        const body = this.makeBody(call, encode(), echo);
        // Once more, as near to the first byte as can be: encoding takes its time, too.
        assertOpen(fence);
        return body;
      },
    };
  }

  private makeBody(call: GatewayCall, encoded: EncodedRequest, echo: RequestEcho): Buffer {
    try {
      return encoded.bodyAt(new Date(this.clock.wall()), echo);
    } catch (error) {
      // Neither quotes anything of the request.
      const why = error instanceof RangeError ? error.message : ((error as NodeJS.ErrnoException).code ?? 'Error');
      const todo =
        error instanceof RangeError
          ? "correct this machine's clock"
          : "this machine's OpenSSL lets it be neither signed nor encrypted, as in FIPS mode";
      this.logger.error(`A request could not be made, and nothing of it has left (${why}): ${todo}.`, {
        account: this.options.name,
        call,
        code: REQUEST_NOT_MADE,
      });
      throw new NotMadeError(error);
    }
  }
}

/** The client of an account. */
export const ACCOUNT_CLIENT: Token<EmayImsClient> = Symbol('EmayImsClient');
