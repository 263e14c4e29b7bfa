import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Transform, Writable } from 'node:stream';
import type { Circumstances } from '../circumstances/circumstances.js';
import type { Answer } from '../wire/answer-code.js';
import type { CallName } from '../wire/call-name.js';
import { encodeText } from '../wire/charset.js';
import { type AnswerForm, PLAIN_FORM } from './answer-form.js';
import { placesIn } from './whole-reports.js';

interface Head {
  readonly status?: number;
  readonly code?: string;
  readonly headers?: Record<string, string>;
}

/** What is known of the request, and noted of its answer. */
interface ExchangeRecord {
  readonly path: string;
  readonly call?: CallName;
  status?: number;
  code?: string;
  wholeReports?: readonly number[];
}

/** One request and its answer, as a fault sees it: it decides whether the gateway acts, and what the caller gets. */
export class Exchange {
  private carriedOut: Answer | undefined;

  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    readonly record: ExchangeRecord,
    private readonly carryOut: (circumstances: Circumstances) => Answer,
    /** How its interface writes an answer. */
    readonly form: AnswerForm = PLAIN_FORM,
    private readonly push: () => Promise<void> = () => Promise.resolve(),
  ) {}

  /** Lets the gateway check the request and act on it, once. Returns the answer that it would give. */
  accept(circumstances: Circumstances = {}): Answer {
    this.carriedOut ??= this.carryOut(circumstances);
    return this.carriedOut;
  }

  /** Pushes what is due, where the account has an address for that. Resolves when it was answered. */
  pushDue(): Promise<void> {
    return this.push();
  }

  /**
   * Gives an answer the way the gateway does: HTTP 200 and `text/plain`, even for an error (seen). `isWhole`: its reports
   * are all there although they are written another way.
   */
  answer(
    answer: Answer,
    { headers = {}, isWhole = false }: { headers?: Record<string, string>; isWhole?: boolean } = {},
  ): void {
    if (this.carriedOut && !isWhole) this.keepsWhole(placesIn(this.carriedOut, answer));
    this.write(this.bytesOf(answer), { code: answer.code, headers: { ...this.form.headers(answer.code), ...headers } });
  }

  /** The genuine answer as it goes over the wire. */
  bytesOf(answer: Answer): Buffer {
    return this.sealed(this.form.text(answer));
  }

  /** A text as it goes over the wire. */
  sealed(text: string): Buffer {
    const { form } = this;
    return form.seal(encodeText(text, form.charset));
  }

  /** Gives the genuine answer in other bytes. */
  answerAs(body: Buffer, { code }: Answer, headers: Record<string, string> = {}): void {
    this.write(body, { code, headers: { ...this.form.headers(code), ...headers } });
  }

  /**
   * Begins an answer that is written bit by bit, as text. `behind` is what the bytes go through once they are encrypted;
   * without a length, its end is the end of the chunks.
   */
  stream(answer: Answer, headers: Record<string, string> = {}, ...behind: Transform[]): Writable {
    const { form, response } = this;
    this.head(200, answer.code, { ...form.headers(answer.code), ...headers });
    const [first, ...others] = [...form.sealing(), ...behind];
    if (!first) return response;
    let last = first;
    for (const next of others) last = last.pipe(next);
    last.pipe(response);
    response.once('close', () => first.destroy());
    return first;
  }

  /** Gives a body that is no answer, with its length. Reports that were handed out are not in it, unless it `isWhole`. */
  send(body: string | Buffer, { isWhole = false, ...head }: Head & { isWhole?: boolean } = {}): void {
    if (this.carriedOut && !isWhole) this.keepsWhole(placesIn(this.carriedOut, { code: '' }));
    this.write(body, head);
  }

  /** Notes which reports of a page will be whole in the bytes that are sent; `undefined`: all of them. */
  keepsWhole(places: readonly number[] | undefined): void {
    if (places && this.record.call === 'getIMSReport') this.record.wholeReports = places;
  }

  /** Writes the head and leaves the body to the caller. */
  head(status: number, code: string | undefined, headers: Record<string, string>): void {
    this.response.writeHead(status, { 'Content-Type': 'text/plain;charset=utf-8', ...headers });
    this.record.status = status;
    if (code !== undefined) this.record.code = code;
  }

  private write(body: string | Buffer, { status = 200, code, headers = {} }: Head): void {
    // Encoded once, here: a string would be encoded for its length and again for the socket.
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    this.head(status, code, { 'Content-Length': String(bytes.length), ...headers });
    this.response.end(bytes);
  }

  /** Ends the connection with a TCP reset. */
  reset(): void {
    this.request.socket.resetAndDestroy();
  }

  /** The connection is gone. */
  get isClosed(): boolean {
    return this.response.closed || this.request.socket.destroyed;
  }

  /** Waits, but not longer than the connection lives. */
  wait(milliseconds: number): Promise<void> {
    if (this.isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.response.off('close', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.response.on('close', done);
    });
  }
}
