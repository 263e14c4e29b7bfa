import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import type { TLSSocket } from 'node:tls';
import { patientTimer } from '../time/patient-timer.js';
import { FenceClosedError, NotMadeError } from './fence.js';

type OnResponse = (response: IncomingMessage) => void;

/** What axios calls in place of `http.request`. */
export interface Transport {
  request(options: RequestOptions, onResponse: OnResponse): ClientRequest;
}

/** Where a name has several addresses, each may take this part of the time for connecting; the last one, what is left of it. */
const ADDRESS_SHARE = 1 / 3;
/** Node's own limit for each, which is too short for a slow network. */
const LEAST_ADDRESS_MS = 250;

/**
 * Watches one request from below axios, to decide when it leaves, and to know what axios does not tell: whether it has
 * left, and that the exchange is over.
 *
 * - The request is written when its connection stands, and made at that moment: connecting, or waiting for a connection
 *   that is busy, may take seconds. Given to Node any earlier, it would wait in a buffer and go out unasked.
 * - Until then no byte of it can have left: whatever fails is provably unsent.
 * - Both time limits are absolute: neither a slow name server nor a full pool nor a dripping answer outlives them.
 */
export class ConnectionWatch implements Transport {
  /** Whether the first byte may have left. */
  hasLeft = false;
  /** What is wrong with what the caller gave, where no body can be made of it. */
  mistake: unknown = null;
  /**
   * Rejects when time is up or no answer can come any more. Node and axios are silent about some of these: a request
   * destroyed while it waits for a connection, a `101 Switching Protocols`. Never resolves.
   */
  readonly interruption: Promise<never>;
  private interrupt: (error: Error) => void;
  private answered = false;
  private sent: ClientRequest | null = null;
  private cancelConnectTimer: () => void = () => undefined;
  private cancelDeadline: () => void = () => undefined;

  constructor(
    /** `null`: it is over. */
    private makeBody: (() => Buffer) | null,
    private readonly connectTimeoutMs: number,
    private readonly timeoutMs: number,
  ) {
    this.interruption = new Promise((_resolve, reject) => (this.interrupt = reject));
  }

  request(options: RequestOptions, onResponse: OnResponse): ClientRequest {
    const autoSelectFamilyAttemptTimeout = Math.max(
      LEAST_ADDRESS_MS,
      Math.floor(this.connectTimeoutMs * ADDRESS_SHARE),
    );
    const connecting = { ...options, autoSelectFamilyAttemptTimeout };
    const request = (options.protocol === 'https:' ? https : http).request(connecting, (response) => {
      this.answered = true;
      onResponse(response);
    });
    this.sent = request;
    this.cancelDeadline = patientTimer(this.timeoutMs, () => this.cutOff('TIMEOUT'));
    this.cancelConnectTimer = patientTimer(this.connectTimeoutMs, () => this.cutOff('CONNECT_TIMEOUT'));
    request.once('socket', (socket) => {
      if (request.reusedSocket || !socket.connecting) return this.write(request);
      const event = (socket as TLSSocket).encrypted ? 'secureConnect' : 'connect';
      socket.once(event, () => this.write(request));
    });
    request.once('error', (error) => this.fail(() => error));
    request.once('close', () => this.fail(() => interruptedBy('CONNECTION_CLOSED')));
    return request;
  }

  /**
   * Ends the exchange, and forgets the request: see "Release references" in docs/performance-internals.md. A connection that is not back
   * in the pool by now, its request half written, is closed.
   */
  end(): void {
    this.cancelConnectTimer();
    this.cancelDeadline();
    this.sent?.destroy();
    this.sent = null;
    this.makeBody = null;
  }

  private write(request: ClientRequest): void {
    // The time-out of a process that stood still is up, and its connection stands, in the same turn.
    const { makeBody } = this;
    if (makeBody === null || request.destroyed) return;
    this.cancelConnectTimer();
    try {
      const body = makeBody();
      this.hasLeft = true;
      request.setHeader('Content-Length', body.length);
      request.end(body);
    } catch (error) {
      const isUnsent = error instanceof FenceClosedError || error instanceof NotMadeError;
      if (!this.hasLeft && !isUnsent) this.mistake = error;
      this.interrupt(error as Error);
      this.end();
    }
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
