import { cutText, fieldOf, type JsonObject } from './answer-json.js';
import { fromWireMobile } from './mobile-number.js';

const MAX_TOKEN_LENGTH = 64;
/** NUL and its like: PostgreSQL refuses to store them, and in a log they forge lines. */
const UNFIT_FOR_TOKEN = /[\p{Cc}\p{Surrogate}]/u;
const UNSTORABLE = /[\0\p{Surrogate}]/gu;

/** A code or a state: text of 1-64 characters, blanks around it taken off, without control characters; else `null`. */
export function readToken(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const token = value.trim();
  const usable = token !== '' && token.length <= MAX_TOKEN_LENGTH && !UNFIT_FOR_TOKEN.test(token);
  return usable ? token : null;
}

/** An id: a token, or a number whose digits are all there. Anything else counts as missing: `null`. */
export function readId(value: unknown): string | null {
  return readToken(typeof value === 'bigint' ? value.toString() : value);
}

/** Text for people, blanks around it taken off, cut to `maxLength` UTF-16 units; `null` when blank or no text. */
export function readFreeText(value: unknown, maxLength: number): string | null {
  if (typeof value !== 'string') return null;
  const text = cutText(value.trim(), maxLength).replaceAll(UNSTORABLE, '\ufffd');
  return text === '' ? null : text;
}

export function readMobile(item: JsonObject): string | null {
  const mobile = fieldOf(item, 'mobile');
  return fromWireMobile(typeof mobile === 'bigint' ? mobile.toString() : mobile);
}

export function readCustomImsId(item: JsonObject): string | null {
  // §2.3.1.2 spells it without the s.
  return readId(fieldOf(item, 'customImsId')) ?? readId(fieldOf(item, 'customImId'));
}
