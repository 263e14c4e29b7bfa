import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import type { TLSSocket } from 'node:tls';

type OnResponse = (response: IncomingMessage) => void;

/** What axios calls in place of `http.request`. */
export interface Transport {
  request(options: RequestOptions, onResponse: OnResponse): ClientRequest;
}

/**
 * Watches one request from below axios, to know what axios does not tell: whether a connection ever stood, and that the
 * exchange is over.
 *
 * - Before a connection stands, no byte of the request can have left: whatever fails is provably unsent.
 * - A reused connection counts as connected.
 * - Both time limits are absolute: neither a slow name server nor a full pool nor a dripping answer outlives them.
 */
export class ConnectionWatch implements Transport {
  connected = false;
  /**
   * Rejects when time is up or no answer can come any more. Node and axios are silent about some of these: a request
   * destroyed while it waits for a connection, a `101 Switching Protocols`. Never resolves.
   */
  readonly interruption: Promise<never>;
  private interrupt: (error: Error) => void;
  private answered = false;
  private sent: ClientRequest | null = null;
  private connectTimer: NodeJS.Timeout | undefined;
  private deadlineTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly connectTimeoutMs: number,
    private readonly timeoutMs: number,
  ) {
    this.interruption = new Promise((_resolve, reject) => (this.interrupt = reject));
  }

  request(options: RequestOptions, onResponse: OnResponse): ClientRequest {
    const request = (options.protocol === 'https:' ? https : http).request(options, (response) => {
      this.answered = true;
      onResponse(response);
    });
    this.sent = request;
    this.deadlineTimer = setTimeout(() => this.cutOff('TIMEOUT'), this.timeoutMs);
    this.connectTimer = setTimeout(() => this.cutOff('CONNECT_TIMEOUT'), this.connectTimeoutMs);
    request.once('socket', (socket) => {
      if (request.reusedSocket || !socket.connecting) return this.stands();
      const event = (socket as TLSSocket).encrypted ? 'secureConnect' : 'connect';
      socket.once(event, () => this.stands());
    });
    request.once('error', (error) => this.fail(() => error));
    request.once('close', () => this.fail(() => interruptedBy('CONNECTION_CLOSED')));
    return request;
  }

  /** Ends the exchange. A connection that is not back in the pool by now, its request half written, is closed. */
  end(): void {
    clearTimeout(this.connectTimer);
    clearTimeout(this.deadlineTimer);
    this.sent?.destroy();
  }

  private stands(): void {
    this.connected = true;
    clearTimeout(this.connectTimer);
  }

  /** Once an answer has begun, its body tells how it ends: what befalls the connection after its last byte is no matter. */
  private fail(makeError: () => Error): void {
    if (!this.answered) this.interrupt(makeError());
  }

  private cutOff(code: 'CONNECT_TIMEOUT' | 'TIMEOUT'): void {
    this.interrupt(interruptedBy(code));
    this.end();
  }
}

function interruptedBy(code: string): Error {
  return Object.assign(new Error(code), { code });
}
