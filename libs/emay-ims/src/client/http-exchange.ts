import { Agent as HttpAgent, type OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { HttpService } from '@nestjs/axios';
import axios, { type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { firstValueFrom } from 'rxjs';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { ConnectionWatch, type Transport } from './connection-watch.js';
import { FenceClosedError } from './fence.js';
import type { RequestEcho } from './request-echo.js';
import type { Exchange, UnconfirmedOutcome } from './exchange-outcome.js';

/** Shorter than the 5 s after which many servers close: a request must not meet a connection that is being closed. */
const IDLE_CONNECTION_MS = 4_000;
const RAW_ANSWER_LENGTH = 1_000;
/** Enough for that many characters of UTF-8, and for what they repeat of the request to be recognised. */
const RAW_ANSWER_BYTES = 4 * RAW_ANSWER_LENGTH;

/** An `HttpService` as the gateway wants it: connections kept alive, nothing followed, proxied, unpacked or parsed. */
export function createGatewayHttpService({ http }: ResolvedEmayImsOptions): HttpService {
  const pool = {
    keepAlive: true,
    maxSockets: http.maxSockets,
    timeout: IDLE_CONNECTION_MS,
    scheduling: 'lifo',
  } as const;
  return new HttpService(
    axios.create({
      httpAgent: new HttpAgent(pool),
      httpsAgent: new HttpsAgent(pool),
      adapter: postOnce,
      headers: {
        Accept: 'application/json, text/plain',
        'Accept-Encoding': 'identity',
        'Content-Type': 'application/json; charset=utf-8',
        'User-Agent': 'nestjs-emay-ims',
      },
    }),
  );
}

/**
 * What axios sends with, in place of its own adapter for Node, which costs as much as the request itself: it follows no
 * redirect (a 307 would post the signed body elsewhere), knows no proxy, unpacks nothing and takes every status for an answer.
 * The body is the transport's to write, see `ConnectionWatch`.
 */
function postOnce(config: InternalAxiosRequestConfig): Promise<AxiosResponse<Readable>> {
  const { url, headers, httpAgent, httpsAgent } = config;
  const transport = config.transport as Transport;
  const { protocol, hostname, port, pathname, search } = new URL(url ?? '');
  const options = {
    protocol,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    path: pathname + search,
    method: 'POST',
    agent: (protocol === 'https:' ? httpsAgent : httpAgent) as HttpAgent,
    headers: headers.toJSON() as OutgoingHttpHeaders,
  };
  return new Promise((resolve, reject) => {
    const request = transport.request(options, (answer) => {
      const { statusCode: status = 0, statusMessage: statusText = '', headers: answered } = answer;
      resolve({ status, statusText, headers: answered, data: answer, config, request } as AxiosResponse<Readable>);
    });
    request.on('error', reject);
  });
}

/** Closes the connections that are kept alive. */
export function closeGatewayHttpService(service: HttpService): void {
  const { httpAgent, httpsAgent } = service.axiosRef.defaults as { httpAgent?: HttpAgent; httpsAgent?: HttpsAgent };
  httpAgent?.destroy();
  httpsAgent?.destroy();
}

/** One request, to be made when it can leave. */
export interface OutgoingRequest {
  url: string;
  /**
   * Signs and encodes the body, once a connection stands.
   *
   * @throws FenceClosedError where it may not leave any more
   */
  makeBody: () => Buffer;
  /** What of it must not be kept of the answer. */
  echo: RequestEcho;
}

export interface ExchangeLimits {
  timeoutMs: number;
  connectTimeoutMs: number;
  maxResponseBytes: number;
}

/**
 * Posts the body once and says how it ended. Never retries, and throws only what `makeBody` does. An `AxiosError` may hold
 * what was sent: it goes no further than this function.
 */
export async function exchange(
  service: HttpService,
  request: OutgoingRequest,
  limits: ExchangeLimits,
): Promise<Exchange> {
  const watch = new ConnectionWatch(request.makeBody, limits.connectTimeoutMs, limits.timeoutMs);
  const received: Buffer[] = [];
  const head: AnswerHead = { code: undefined };
  const unconfirmed = (reason: string): UnconfirmedOutcome => ({
    kind: 'unconfirmed',
    reason,
    rawAnswer: storable(Buffer.concat(received).subarray(0, RAW_ANSWER_BYTES).toString('utf8'), request.echo),
  });
  try {
    const problem = await Promise.race([receive(service, request, limits, watch, received, head), watch.interruption]);
    if (problem !== null) return unconfirmed(problem);
    const body = request.echo.withoutSigns(Buffer.concat(received).toString('utf8'));
    return { kind: 'answered', body, headerCode: head.code };
  } catch (error) {
    const reason = reasonOf(error);
    if (watch.mistake !== null) throw watch.mistake;
    if (error instanceof FenceClosedError) return { kind: 'unsent', reason, isTooLate: true };
    if (!watch.hasLeft) return { kind: 'unsent', reason };
    if (received.length === 0) received.push(...unparsedBytes(error));
    return unconfirmed(reason);
  } finally {
    watch.end();
  }
}

/** What of the answer's head counts beside its status. */
interface AnswerHead {
  code: string | undefined;
}

/** Collects the answer; `null` if it is whole and has status 200, else what is wrong with it. */
async function receive(
  service: HttpService,
  { url }: OutgoingRequest,
  { maxResponseBytes }: ExchangeLimits,
  watch: ConnectionWatch,
  received: Buffer[],
  head: AnswerHead,
): Promise<string | null> {
  // Said for each request: `HttpService` cancels the rest of an answer it does not know to be a stream.
  const config = { transport: watch, responseType: 'stream' as const };
  const response: AxiosResponse<Readable> = await firstValueFrom(service.post(url, undefined, config));
  const { result } = response.headers;
  head.code = typeof result === 'string' ? result : undefined;
  let size = 0;
  for await (const chunk of response.data) {
    received.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > maxResponseBytes) return 'OVERSIZE';
  }
  return response.status === 200 ? null : `HTTP_${response.status}`;
}

/** A code of Node or axios, such as `ECONNRESET`; never a message, which may quote the request. */
function reasonOf(error: unknown): string {
  const { code } = Object(error) as { code?: unknown };
  return typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? code : 'CONNECTION_FAILED';
}

/** What came where no HTTP answer could be made out. */
function unparsedBytes(error: unknown): Buffer[] {
  const { rawPacket } = Object(error) as { rawPacket?: unknown };
  return Buffer.isBuffer(rawPacket) ? [rawPacket] : [];
}

/** At most 1,000 characters that every database takes: no NUL, no half of a surrogate pair; without what repeats the request. */
export function storable(text: string, echo: RequestEcho): string | null {
  const clean = echo
    .blotOut(text.slice(0, RAW_ANSWER_BYTES))
    .slice(0, RAW_ANSWER_LENGTH)
    .replaceAll('\0', '\uFFFD')
    .toWellFormed();
  return clean === '' ? null : clean;
}
