import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { HttpService } from '@nestjs/axios';
import axios, { type AxiosResponse } from 'axios';
import { firstValueFrom } from 'rxjs';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { ConnectionWatch } from './connection-watch.js';
import type { Exchange, UnconfirmedOutcome, UnsentOutcome } from './exchange-outcome.js';

/** Shorter than the 5 s after which many servers close: a request must not meet a connection that is being closed. */
const IDLE_CONNECTION_MS = 4_000;
const RAW_ANSWER_LENGTH = 1_000;

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
      // A 307 would post the signed body elsewhere, an environment variable would hand it to a proxy.
      maxRedirects: 0,
      proxy: false,
      decompress: false,
      validateStatus: () => true,
      headers: {
        Accept: 'application/json, text/plain',
        'Accept-Encoding': 'identity',
        'Content-Type': 'application/json; charset=utf-8',
      },
    }),
  );
}

/** Closes the connections that are kept alive. */
export function closeGatewayHttpService(service: HttpService): void {
  const { httpAgent, httpsAgent } = service.axiosRef.defaults as { httpAgent?: HttpAgent; httpsAgent?: HttpsAgent };
  httpAgent?.destroy();
  httpsAgent?.destroy();
}

/**
 * Posts the bytes once and says how it ended. Never throws, never retries. An `AxiosError` holds the signed body and the
 * key's signature in its `config`: it goes no further than this function.
 */
export async function exchange(
  service: HttpService,
  url: string,
  body: Buffer,
  limits: { timeoutMs: number; connectTimeoutMs: number; maxResponseBytes: number },
): Promise<Exchange> {
  const watch = new ConnectionWatch(limits.connectTimeoutMs, limits.timeoutMs);
  const received: Buffer[] = [];
  try {
    // Said for each request: `HttpService` cancels the rest of an answer it does not know to be a stream.
    const config = { transport: watch, responseType: 'stream' as const };
    const response: AxiosResponse<Readable> = await firstValueFrom(service.post(url, body, config));
    let size = 0;
    for await (const chunk of response.data) {
      received.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > limits.maxResponseBytes) {
        watch.abandon();
        return unconfirmed('OVERSIZE', received);
      }
    }
    if (response.status !== 200) return unconfirmed(`HTTP_${response.status}`, received);
    return { kind: 'answered', body: Buffer.concat(received).toString('utf8') };
  } catch (error) {
    return failed(watch, error, received);
  } finally {
    watch.stop();
  }
}

function failed(
  watch: ConnectionWatch,
  error: unknown,
  received: readonly Buffer[],
): UnsentOutcome | UnconfirmedOutcome {
  const reason = watch.cutOffFor ?? reasonOf(error);
  return watch.connected ? unconfirmed(reason, received) : { kind: 'unsent', reason };
}

/** A code of Node or axios, such as `ECONNRESET`; never a message, which may quote the request. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? code : 'CONNECTION_FAILED';
}

function unconfirmed(reason: string, received: readonly Buffer[]): UnconfirmedOutcome {
  const text = Buffer.concat(received)
    .subarray(0, 4 * RAW_ANSWER_LENGTH)
    .toString('utf8');
  return { kind: 'unconfirmed', reason, rawAnswer: storable(text) };
}

/** At most 1,000 characters that every database takes: no NUL, no half of a surrogate pair. */
export function storable(text: string): string | null {
  const clean = text.slice(0, RAW_ANSWER_LENGTH).replaceAll('\0', '\uFFFD').toWellFormed();
  return clean === '' ? null : clean;
}
