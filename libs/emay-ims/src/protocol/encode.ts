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

/*
 * Each encoder gives the request body as UTF-8 JSON bytes, fields in the order of the vendor's example. None checks
 * counts or contents: that is decided before a message is stored. Each throws RangeError for a mobile that is not E.164 and,
 * with `contentEncoding: 'percent'`, URIError for half a surrogate pair.
 */

/** Body of `sendSingleIMS` (§2.1.1.3). */
export function encodeSingle(auth: Authentication, message: OutgoingMessage, options: ProtocolOptions): Buffer {
  return toBytes({
    ...authentication(auth),
    mobile: toWireMobile(message.mobile),
    content: encodeContent(message.content, options),
    customImsId: message.customImsId,
  });
}

/** Body of a `sendSingleIMS` without a number, which takes nothing. */
export function encodeForNobody(auth: Authentication, content: string, options: ProtocolOptions): Buffer {
  return toBytes({ ...authentication(auth), mobile: '', content: encodeContent(content, options) });
}

/** Body of `sendBatchIMS`: one text to up to 300 recipients (§2.2.1.3). */
export function encodeBatch(
  auth: Authentication,
  content: string,
  recipients: readonly { mobile: string; customImsId: string }[],
  options: ProtocolOptions,
): Buffer {
  return toBytes({
    ...authentication(auth),
    content: encodeContent(content, options),
    imses: recipients.map(({ mobile, customImsId }) => ({ mobile: toWireMobile(mobile), customImsId })),
  });
}

/**
 * Body of `sendPersonalityIMS`: up to 300 messages, each its own text (§2.3.1.3).
 * The id is spelled `customImsId` as in the example, not `customImId` as in the table above it.
 */
export function encodePersonality(
  auth: Authentication,
  messages: readonly OutgoingMessage[],
  options: ProtocolOptions,
): Buffer {
  return toBytes({
    ...authentication(auth),
    imses: messages.map(({ mobile, content, customImsId }) => ({
      mobile: toWireMobile(mobile),
      customImsId,
      content: encodeContent(content, options),
    })),
  });
}

/** Body of `getIMSReport` for at most `number` reports, 1-500 (§2.4.1.3). */
export function encodeReportRequest(auth: Authentication, number: number): Buffer {
  return toBytes({ ...authentication(auth), number });
}

/**
 * Signs a body anew, in place: one that an encoder made for the same account. Timestamps and signatures are always as long as
 * each other, so a request is encoded once, however often it is signed.
 */
export function signAgain(body: Buffer, auth: Authentication): Buffer {
  body.write(JSON.stringify(authentication(auth)).slice(0, -1));
  return body;
}

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
