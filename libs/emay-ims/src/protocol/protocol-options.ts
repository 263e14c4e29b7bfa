import type { AnswerCodeMeanings } from './answer-codes.js';

/** What the vendor document leaves open about the wire, each with the default that working clients agree on. */
export interface ProtocolOptions {
  /** The gateway's clock as hours and minutes from UTC, `±HH:MM`. The document names no zone. Default `+08:00`. */
  timeZoneOffset: string;
  /** Case of the 32 hex characters of `sign`. Default `lower`. */
  signCase: 'lower' | 'upper';
  /** `percent` percent-encodes `content` inside the JSON (§2, "URLENCODE"); `none` sends it as it is. Default `none`. */
  contentEncoding: 'none' | 'percent';
  /** Longest `content`, in UTF-16 units, before any encoding. Default 500. */
  maxContentLength: number;
  /**
   * Whether a request that takes nothing (a `sendBatchIMS` to nobody) tries the way before the first message goes to an address,
   * and after failures. What it rests on was seen in a sister product, and is unproven for this gateway. Default true.
   */
  canary: boolean;
  /**
   * What Emay has told you that a code means, such as `{ ERROR_REQUEST_NO_VALID: 'refused' }`, for codes that are not listed or mean
   * something else for the account. Default `{}`.
   */
  answerCodes: AnswerCodeMeanings;
  /**
   * Whether requests are compressed with gzip before they are encrypted. Answers are read either way. Only with `transport: 'secure'`.
   * Default true.
   */
  gzip: boolean;
  /**
   * How long a request is valid, in seconds, from 1 to 86,400. Only with `transport: 'secure'`. Default `null`: 30 s longer than
   * `http.timeoutMs`, for clocks that differ.
   */
  requestValidPeriod: number | null;
}

/** The defaults of the option `protocol`. */
export const DEFAULT_PROTOCOL_OPTIONS: Readonly<ProtocolOptions> = Object.freeze({
  timeZoneOffset: '+08:00',
  signCase: 'lower',
  contentEncoding: 'none',
  maxContentLength: 500,
  canary: true,
  answerCodes: Object.freeze({}),
  gzip: true,
  requestValidPeriod: null,
});
