import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import type { TLSSocket } from 'node:tls';

type OnResponse = (response: IncomingMessage) => void;

/** What axios calls in place of `http.request`. */
export interface Transport {
  request(options: RequestOptions, onResponse: OnResponse): ClientRequest;
}

/**
 * Watches one request from below axios, to know what axios does not tell: whether a connection ever stood.
 *
 * - Before it stands, no byte of the request can have left: whatever fails is provably unsent.
 * - A reused connection counts as connected.
 * - Being cut off here is absolute: neither a slow name server nor a dripping answer outlives it.
 */
export class ConnectionWatch implements Transport {
  connected = false;
  /** Why we ended the request ourselves, if we did. */
  cutOffFor: 'CONNECT_TIMEOUT' | 'TIMEOUT' | null = null;
  private sent: ClientRequest | null = null;
  private connectTimer: NodeJS.Timeout | undefined;
  private deadlineTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly connectTimeoutMs: number,
    private readonly timeoutMs: number,
  ) {}

  request(options: RequestOptions, onResponse: OnResponse): ClientRequest {
    const request = (options.protocol === 'https:' ? https : http).request(options, onResponse);
    this.sent = request;
    this.deadlineTimer = setTimeout(() => this.cutOff('TIMEOUT'), this.timeoutMs);
    this.connectTimer = setTimeout(() => this.cutOff('CONNECT_TIMEOUT'), this.connectTimeoutMs);
    request.once('socket', (socket) => {
      if (request.reusedSocket || !socket.connecting) return this.stands();
      const event = (socket as TLSSocket).encrypted ? 'secureConnect' : 'connect';
      socket.once(event, () => this.stands());
    });
    return request;
  }

  /** Ends the watch; the request itself is left alone. */
  stop(): void {
    clearTimeout(this.connectTimer);
    clearTimeout(this.deadlineTimer);
  }

  /** Ends the request at once: nothing more is read from it. */
  abandon(): void {
    this.stop();
    this.sent?.destroy();
  }

  private stands(): void {
    this.connected = true;
    clearTimeout(this.connectTimer);
  }

  private cutOff(why: 'CONNECT_TIMEOUT' | 'TIMEOUT'): void {
    this.cutOffFor = why;
    this.stop();
    this.sent?.destroy(new Error(why));
  }
}
