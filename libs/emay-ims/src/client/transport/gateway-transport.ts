import type { RequestFields, SendAnswer } from '../../protocol/index.js';
import type { ReceivedPage } from '../exchange-outcome.js';
import type { RequestEcho } from '../request-echo.js';

/** A request but for what has to be new each time it leaves. */
export interface EncodedRequest {
  /** How many bytes it takes on the wire, at most. */
  readonly size: number;
  /**
   * The body to leave now. What of it must not be kept of an answer is added to the echo.
   *
   * @throws RangeError for a time that the gateway cannot read
   */
  bodyAt(now: Date, echo: RequestEcho): Buffer;
}

/** The gateway says it took the request, and nothing shows that it was the gateway. */
export interface UndecipherableAnswer {
  kind: 'undecipherable';
}

export type ReadAnswer = SendAnswer | UndecipherableAnswer;

/**
 * One of the gateway's interfaces: how requests look on the wire, and how answers are read. What a call means, and when it may be made, is
 * the same for all of them.
 */
export interface GatewayTransport {
  /** In front of the call's name, below the base URL. */
  readonly path: string;
  /** Of every request, in place of the usual ones. */
  readonly headers: Readonly<Record<string, string>>;
  encode(fields: RequestFields): EncodedRequest;
  /** A text with which a request is at least so large on the wire. */
  textOfSize(bytes: number): string;
  /** Whether a whole answer of that status, with that header `result`, is the gateway's to give. */
  takes(status: number, headerCode: string | undefined, isEmpty: boolean): boolean;
  /** What an answer to one of the three sends says. Never throws. */
  readAnswer(answer: ReceivedPage): ReadAnswer;
  /** What an answer to a canary says. It carries no message, so nothing is at stake where header and body differ. */
  readCanary(answer: ReceivedPage): ReadAnswer;
  /** The page as it is to be kept. */
  readPage(page: ReceivedPage): ReceivedPage;
  /** What people can read of an answer, or its beginning. */
  textOf(body: Buffer): string;
}
