import { Agent as HttpAgent, type OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import axios, { type AxiosInstance, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { HOST_CLOCK, type EmayImsClock } from '../time/clock.js';
import { ConnectionWatch, type Transport } from './connection-watch.js';
import { FenceClosedError } from './fence.js';
import type { ReceivedPage, UnsentOutcome } from './exchange-outcome.js';
import { IdleConnections } from './idle-connections.js';
import { ReceivedAnswer } from './received-answer.js';
import type { GatewayTransport } from './transport/gateway-transport.js';

/** Shorter than the 5 s after which many servers close: a request must not meet a connection that is being closed. */
const IDLE_CONNECTION_MS = 4_000;

/**
 * An HTTP client as the gateway wants it: connections kept alive, certificates verified, nothing followed, proxied, unpacked or parsed.
 * What the host has set for all of its calls, such as a header with a token of another service, is not taken over.
 */
export function createGatewayHttp(
  { http: { maxSockets } }: ResolvedEmayImsOptions,
  clock: EmayImsClock = HOST_CLOCK,
): AxiosInstance {
  const pool = { keepAlive: true, maxSockets, timeout: IDLE_CONNECTION_MS, scheduling: 'lifo' } as const;
  const http = axios.create();
  // A host's test may have replaced `create`: then there is none, or it is the host's own, which stays as it is.
  if (!(http as AxiosInstance | undefined)?.defaults || http.defaults === axios.defaults) return http;
  const defaults = http.defaults as Record<string, unknown>;
  for (const name of Object.keys(defaults)) delete defaults[name];
  const httpAgent = new HttpAgent(pool);
  // Said here, as NODE_TLS_REJECT_UNAUTHORIZED turns it off for all that leave it out.
  const httpsAgent = new HttpsAgent({ ...pool, rejectUnauthorized: true });
  const idle = [httpAgent, httpsAgent].map((agent) => new IdleConnections(agent, clock));
  Object.assign(defaults, {
    httpAgent,
    httpsAgent,
    adapter: (config: InternalAxiosRequestConfig) => {
      for (const connections of idle) connections.closeOverdue();
      return postOnce(config);
    },
    responseType: 'stream',
    headers: {
      common: {
        Accept: 'application/json, text/plain',
        'Accept-Encoding': 'identity',
        'Content-Type': 'application/json; charset=utf-8',
        'User-Agent': 'nestjs-emay-ims',
      },
      post: {},
    },
  });
  return http;
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
export function closeGatewayHttp(http: AxiosInstance): void {
  // A test may have put another in its place, or none.
  const { httpAgent, httpsAgent } = ((http as AxiosInstance | undefined)?.defaults ?? {}) as {
    httpAgent?: HttpAgent;
    httpsAgent?: HttpsAgent;
  };
  httpAgent?.destroy();
  httpsAgent?.destroy();
}

/** One request, to be made when it can leave. */
export interface OutgoingRequest {
  url: string;
  /** In place of the usual ones. */
  headers: Readonly<Record<string, string>>;
  /**
   * Makes the body, once a connection stands.
   *
   * @throws FenceClosedError where it may not leave any more
   * @throws NotMadeError where it cannot be signed, timed or encrypted
   */
  makeBody: () => Buffer;
  takes: GatewayTransport['takes'];
  /** Signatures that are blotted out of the answer, known once the body is made. */
  signs: readonly string[];
}

export interface ExchangeLimits {
  timeoutMs: number;
  connectTimeoutMs: number;
  maxResponseBytes: number;
}

/** How an exchange ended, and all that came of the answer. */
export type RawExchange =
  | { kind: 'answered'; received: ReceivedPage }
  | UnsentOutcome
  | { kind: 'unconfirmed'; reason: string; received: ReceivedPage | null };

/**
 * Posts the body once and says how it ended, with the answer as it came. Never retries, and throws only what `makeBody` does beside these
 * two. An `AxiosError` may hold what was sent: it goes no further than this function.
 */
export async function exchange(
  http: AxiosInstance,
  request: OutgoingRequest,
  limits: ExchangeLimits,
): Promise<RawExchange> {
  const watch = new ConnectionWatch(request.makeBody, limits.connectTimeoutMs, limits.timeoutMs);
  const answer = new ReceivedAnswer(limits.maxResponseBytes);
  const received = () => answer.takePage(request.signs);
  try {
    const problem = await Promise.race([receive(http, request, watch, answer), watch.interruption]);
    if (problem !== null) return { kind: 'unconfirmed', reason: problem, received: received() };
    const whole = received() ?? { body: Buffer.alloc(0), ...answer.headers };
    return { kind: 'answered', received: { ...whole, headerCode: answer.headerCode } };
  } catch (error) {
    const reason = reasonOf(error);
    if (watch.mistake !== null) throw watch.mistake;
    if (error instanceof FenceClosedError) return { kind: 'unsent', reason, isTooLate: true };
    if (!watch.hasLeft) return { kind: 'unsent', reason };
    if (answer.isEmpty) for (const bytes of unparsedBytes(error)) answer.add(bytes);
    return { kind: 'unconfirmed', reason, received: received() };
  } finally {
    watch.end();
  }
}

/** Collects the answer; `null` if it is whole and of a status that counts, else what is wrong with it. */
async function receive(
  http: AxiosInstance,
  { url, headers, takes }: OutgoingRequest,
  watch: ConnectionWatch,
  answer: ReceivedAnswer,
): Promise<string | null> {
  const response: AxiosResponse<Readable> = await http.post(url, undefined, { transport: watch, headers });
  answer.headers = headersOf(response);
  const { result } = response.headers;
  answer.headerCode = typeof result === 'string' ? result : undefined;
  const isWhole = await new Promise<boolean>((resolve, reject) => {
    // Not by iterating: of a stream that breaks off, an iterator throws away what it has not handed out yet.
    response.data.on('data', (chunk: Buffer) => {
      if (!answer.add(chunk)) resolve(false);
    });
    response.data.once('end', () => resolve(true));
    response.data.once('error', reject);
  });
  if (!isWhole) return 'OVERSIZE';
  return takes(response.status, answer.headerCode, answer.isEmpty) ? null : `HTTP_${response.status}`;
}

function headersOf({ headers }: AxiosResponse): ReceivedAnswer['headers'] {
  const header = (name: string) => {
    const value: unknown = headers[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
  };
  const isOpenEnded = header('content-length') === null && header('transfer-encoding') === null;
  return {
    contentType: header('content-type'),
    contentEncoding: header('content-encoding'),
    ...(isOpenEnded && { isOpenEnded }),
  };
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
