import type { SendEntry } from '../protocol/index.js';

/** The gateway took the request (`SUCCESS`). Which messages it names is for the caller to compare. */
export interface AcceptedOutcome {
  kind: 'accepted';
  entries: readonly SendEntry[];
}

/** The gateway said no to the request as a whole, with a listed code (§3): nothing of it was accepted. */
export interface RefusedOutcome {
  kind: 'refused';
  code: string;
}

/** Provably no byte of the request left: the name, the connection or TLS failed, or its fence was closed. It may be sent again. */
export interface UnsentOutcome {
  kind: 'unsent';
  /** e.g. `ENOTFOUND`, `ECONNREFUSED`, `CONNECT_TIMEOUT`, `DEPTH_ZERO_SELF_SIGNED_CERT`, or what the fence said. */
  reason: string;
  /** The fence was closed: the gateway has nothing to do with it. */
  isTooLate?: true;
  /** A request of this size does not come through, a smaller one does: see `Canary`. */
  isTooLarge?: true;
}

/** Why messages were kept from leaving, by what became of a request that takes nothing: none of them has been sent. */
export type HeldBack = RefusedOutcome | UnsentOutcome;

/** Anything else: the gateway may or may not have accepted it. It must not be sent again. */
export interface UnconfirmedOutcome {
  kind: 'unconfirmed';
  /** e.g. `ECONNRESET`, `TIMEOUT`, `HTTP_502`, `OVERSIZE`, `UNREADABLE`, `UNDECIPHERABLE`, or the unlisted answer code. */
  reason: string;
  /**
   * What came of the answer, at most 1,000 characters, without what it repeats of the request's texts and signature. Holds
   * personal data; `null` where nothing came.
   */
  rawAnswer: string | null;
}

/** How one send request ended. There is no fifth way. */
export type SendOutcome = AcceptedOutcome | RefusedOutcome | UnsentOutcome | UnconfirmedOutcome;

/** A page of delivery reports as it came: neither unpacked nor decoded, and with its cipher on only where that could not be taken off. */
export interface ReceivedPage {
  body: Buffer;
  /** The headers that say how to read it; `null` where the answer has none. */
  contentType: string | null;
  /** `x-emay-aes`: the cipher is still on. */
  contentEncoding: string | null;
  /** What its header `result` says: counts where the body has no code. Not stored with the page. */
  headerCode?: string | undefined;
  /** Neither `Content-Length` nor chunks: it ends where the connection does, and may have been cut there. Not stored with the page. */
  isOpenEnded?: true | undefined;
}

/** An answer to `getIMSReport` came in whole. */
export interface AnsweredPage extends ReceivedPage {
  kind: 'answered';
}

/** The answer did not come, or not in whole, or with a status of no answer: reports may have been handed out. */
export interface UnconfirmedPage extends UnconfirmedOutcome {
  /** All that came of the answer, up to `http.maxResponseBytes`; `null` where nothing did. */
  page: ReceivedPage | null;
}

/** How a call of `getIMSReport` ended. */
export type ReportExchange = AnsweredPage | UnsentOutcome | UnconfirmedPage;
