import { formatTimestamp } from './gateway-time.js';
import { toWireMobile } from './mobile-number.js';
import type { ProtocolOptions } from './protocol-options.js';
import { sign, type Credentials } from './signature.js';
import type { OutgoingMessage } from './wire.js';

/** The three fields every request begins with (§2.1.1.2). */
export interface Authentication {
  appId: string;
  /** `yyyyMMddHHmmss` on the gateway's clock. */
  timestamp: string;
  sign: string;
}

/**
 * Signs a request to be sent at `now`. The gateway refuses stale ones, so make a new one for every request.
 *
 * @throws RangeError for an invalid date or `timeZoneOffset`
 */
export function authenticate(credentials: Credentials, now: Date, options: ProtocolOptions): Authentication {
  const timestamp = formatTimestamp(now, options.timeZoneOffset);
  return { appId: credentials.appId, timestamp, sign: sign(credentials, timestamp, options.signCase) };
}

/** What a request says beside who it is from. */
export type RequestFields = Readonly<Record<string, unknown>>;

/*
 * The fields of each call, in the order of the vendor's example. None checks counts or contents: that is decided before a message is
 * stored. Each throws RangeError for a mobile that is not E.164 and, with `contentEncoding: 'percent'`, URIError for half a surrogate pair.
 */

/** Of `sendSingleIMS` (§2.1.1.3). */
export function singleFields(message: OutgoingMessage, options: ProtocolOptions): RequestFields {
  return {
    mobile: toWireMobile(message.mobile),
    content: encodeContent(message.content, options),
    customImsId: message.customImsId,
  };
}

/** Of a `sendSingleIMS` without a number, which takes nothing. */
export function nobodyFields(content: string, options: ProtocolOptions): RequestFields {
  return { mobile: '', content: encodeContent(content, options) };
}

/** Of `sendBatchIMS`: one text to up to 300 recipients (§2.2.1.3). */
export function batchFields(
  content: string,
  recipients: readonly { mobile: string; customImsId: string }[],
  options: ProtocolOptions,
): RequestFields {
  return {
    content: encodeContent(content, options),
    imses: recipients.map(({ mobile, customImsId }) => ({ mobile: toWireMobile(mobile), customImsId })),
  };
}

/**
 * Of `sendPersonalityIMS`: up to 300 messages, each its own text (§2.3.1.3).
 * The id is spelled `customImsId` as in the example, not `customImId` as in the table above it.
 */
export function personalityFields(messages: readonly OutgoingMessage[], options: ProtocolOptions): RequestFields {
  return {
    imses: messages.map(({ mobile, content, customImsId }) => ({
      mobile: toWireMobile(mobile),
      customImsId,
      content: encodeContent(content, options),
    })),
  };
}

/** Of `getIMSReport` for at most `number` reports, 1-500 (§2.4.1.3). */
export function reportFields(number: number): RequestFields {
  return { number };
}

/** The body of a request: UTF-8 JSON, signed. */
export function encodeSigned(auth: Authentication, fields: RequestFields): Buffer {
  return toBytes({ ...authentication(auth), ...fields });
}

/**
 * Signs a body anew, in place: one of the same account. Timestamps and signatures are always as long as each other, so a request is
 * encoded once, however often it is signed.
 */
export function signAgain(body: Buffer, auth: Authentication): Buffer {
  body.write(JSON.stringify(authentication(auth)).slice(0, -1));
  return body;
}

/** The content of an encrypted request, which is valid for so many seconds: UTF-8 JSON. See `timeAgain`. */
export function encodeTimed(requestValidPeriod: number, fields: RequestFields): Buffer {
  return toBytes({ requestTime: EARLIEST_REQUEST_TIME, requestValidPeriod, ...fields });
}

/**
 * Gives the content of an encrypted request its time, in place: whatever the time, it has 13 digits.
 *
 * @throws RangeError before 2001 and after 2286, and for an invalid date
 */
export function timeAgain(content: Buffer, now: Date): Buffer {
  const requestTime = now.getTime();
  if (!(requestTime >= EARLIEST_REQUEST_TIME && requestTime <= LATEST_REQUEST_TIME)) {
    throw new RangeError('A request needs a valid time in the years 2001 to 2286.');
  }
  content.write(String(requestTime), REQUEST_TIME_PLACE);
  return content;
}

const EARLIEST_REQUEST_TIME = 1_000_000_000_000;
const LATEST_REQUEST_TIME = 9_999_999_999_999;
const REQUEST_TIME_PLACE = '{"requestTime":'.length;

/** Names the fields, so that nothing else the caller's object may hold, such as a secret, reaches the wire. */
function authentication({ appId, timestamp, sign: signature }: Authentication): Authentication {
  return { appId, timestamp, sign: signature };
}

function encodeContent(content: string, options: ProtocolOptions): string {
  return options.contentEncoding === 'percent' ? encodeURIComponent(content) : content;
}

function toBytes(body: object): Buffer {
  return Buffer.from(JSON.stringify(body), 'utf8');
}
