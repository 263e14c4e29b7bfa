import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { ResolvedEmayImsOptions } from '../../options/module-options.js';
import {
  decodeSendAnswer,
  encodeTimed,
  isPacked,
  isRefusedPoll,
  namesAccepted,
  readToken,
  seal,
  SEALED,
  timeAgain,
  unsealPacked,
  unsealWhatIsWholePacked,
  type RequestFields,
  type SendAnswer,
} from '../../protocol/index.js';
import type { ReceivedPage } from '../exchange-outcome.js';
import { RAW_ANSWER_BYTES } from '../raw-answer.js';
import type { EncodedRequest, GatewayTransport, ReadAnswer } from './gateway-transport.js';

/** By how much the clocks of both sides may differ, in seconds. */
const CLOCKS_DIFFER_BY = 30;
/** A block for the padding; what gzip adds to a text that it cannot shorten is less than the other. */
const SEALING_BYTES = 64;
/** An answer without reports, packed: it comes at most polls, and is not kept. */
const SHORT_PACKED_BYTES = 512;
const SHORT_BYTES = 4_096;
/** Base64 takes 4 characters for 3 bytes. */
const BYTES_IN_BASE64 = (RAW_ANSWER_BYTES / 4) * 3;
const OWN_REQUEST = /"requestTime"\s*:/;

const NOTHING = Buffer.alloc(0);
const UNDECIPHERABLE = { kind: 'undecipherable' } as const;
const CONTRADICTORY = { kind: 'unreadable', reason: 'its header and its body have different codes' } as const;

/**
 * The encrypted interface under `/secure/`: packed and encrypted JSON, its code in the answer's header `result`.
 *
 * - Only an answer that decrypts shows that it comes from who holds the key: SUCCESS needs one. A no is taken without, as the gateway gives
 *   its codes without a body.
 * - Where header and body contradict each other, nothing is proven.
 */
export class SecureTransport implements GatewayTransport {
  readonly path = '/secure/';
  readonly headers: Readonly<Record<string, string>>;
  private readonly validPeriod: number;

  /** Throws nothing: without a key that `isCipherKey` takes, each request does. */
  constructor(private readonly options: Pick<ResolvedEmayImsOptions, 'appId' | 'secretKey' | 'protocol' | 'http'>) {
    const { appId, protocol, http } = options;
    this.validPeriod = protocol.requestValidPeriod ?? Math.ceil(http.timeoutMs / 1_000) + CLOCKS_DIFFER_BY;
    this.headers = {
      appId,
      encode: 'UTF-8',
      ...(protocol.gzip && { gzip: 'on' }),
      Accept: '*/*',
      'Content-Type': 'application/octet-stream',
    };
  }

  encode(fields: RequestFields): EncodedRequest {
    const content = encodeTimed(this.validPeriod, fields);
    const { secretKey, protocol } = this.options;
    return {
      size: content.length + SEALING_BYTES,
      bodyAt: (now) => seal(timeAgain(content, now), secretKey, protocol.gzip),
    };
  }

  /** Random, as gzip would leave little of any other; 6 bits of it are in 8, and gzip takes the rest out. */
  textOfSize(bytes: number): string {
    return randomBytes(this.options.protocol.gzip ? bytes : Math.ceil((bytes * 3) / 4)).toString('base64url');
  }

  /** A yes without a body, with the status of an error: what it was to bring is missing. */
  takes(status: number, headerCode: string | undefined, isEmpty: boolean): boolean {
    if (status === 200) return true;
    const code = readToken(headerCode);
    return code !== null && !(code === 'SUCCESS' && isEmpty);
  }

  readAnswer({ body, headerCode }: ReceivedPage): ReadAnswer {
    const code = readToken(headerCode);
    const content = this.open(body);
    if (content === null) return readUnopened(body, code);
    // What came back is what was sent: nobody had to know the key.
    if (OWN_REQUEST.test(content)) return UNDECIPHERABLE;
    return unlessContradicting(decodeSendAnswer(content, headerCode), code);
  }

  readCanary(answer: ReceivedPage): ReadAnswer {
    return this.readAnswer(answer);
  }

  readPage(page: ReceivedPage): ReceivedPage {
    const { body, headerCode } = page;
    if (body.length === 0) return page;
    const { secretKey, http } = this.options;
    const content = unsealPacked(body, secretKey, http.maxResponseBytes);
    if (content !== null) return { ...page, body: unpackedIfShort(content), contentEncoding: null };
    const refusal = mayHoldReports(body) ? null : this.refusalOf(readUnopened(body, readToken(headerCode)));
    if (refusal !== null) return { ...page, body: NOTHING, headerCode: refusal };
    const whole = unsealWhatIsWholePacked(body, secretKey, http.maxResponseBytes);
    return whole.length > 0 ? { ...page, body: whole, contentEncoding: null } : { ...page, contentEncoding: SEALED };
  }

  /** Decrypted, or as it came where that is text; else in Base64, so that it can be decrypted later. */
  textOf(body: Buffer): string {
    const text = this.open(body);
    if (text !== null) return text;
    return isUtf8(body) ? body.toString('utf8', 0, RAW_ANSWER_BYTES) : body.toString('base64', 0, BYTES_IN_BASE64);
  }

  /** The code with which nothing has been handed out. */
  private refusalOf(answer: ReadAnswer): string | null {
    const isRefused = answer.kind === 'error' && isRefusedPoll(answer.code, this.options.protocol.answerCodes);
    return isRefused ? answer.code : null;
  }

  /** `null`: not of this key, or longer than an answer may be. */
  private open(body: Buffer): string | null {
    const { secretKey, http } = this.options;
    const content = unsealPacked(body, secretKey, http.maxResponseBytes);
    if (content === null || !isPacked(content)) return content && content.toString('utf8');
    try {
      return gunzipSync(content, { maxOutputLength: http.maxResponseBytes }).toString('utf8');
    } catch {
      return null;
    }
  }
}

/** An answer that does not decrypt, or has no body: the code in its header, or that of an error in the clear. */
function readUnopened(body: Buffer, code: string | null): ReadAnswer {
  if (code === 'SUCCESS') return UNDECIPHERABLE;
  const isClear = isUtf8(body);
  const text = isClear ? body.toString('utf8') : '';
  if (code !== null && namesAccepted(text)) return CONTRADICTORY;
  const clear = decodeSendAnswer(text);
  if (code !== null) return unlessContradicting(clear.kind === 'unreadable' ? { kind: 'error', code } : clear, code);
  return clear.kind === 'success' || !isClear ? UNDECIPHERABLE : clear;
}

function unlessContradicting(answer: SendAnswer, code: string | null): SendAnswer {
  const said = answer.kind === 'success' ? 'SUCCESS' : answer.kind === 'error' ? answer.code : null;
  if (code === null || said === null || said === code) return answer;
  return CONTRADICTORY;
}

/** Bytes that are no text may be sealed; in the clear, reports show. */
function mayHoldReports(body: Buffer): boolean {
  return !isUtf8(body) || body.includes('"state"');
}

function unpackedIfShort(content: Buffer): Buffer {
  if (!isPacked(content) || content.length > SHORT_PACKED_BYTES) return content;
  try {
    return gunzipSync(content, { maxOutputLength: SHORT_BYTES });
  } catch {
    return content;
  }
}
