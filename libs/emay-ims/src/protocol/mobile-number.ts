import { parsePhoneNumberFromString, PhoneNumber } from 'libphonenumber-js/max';
import { isMobile } from './mobile-plan.js';

const MAX_WRITTEN_LENGTH = 40;
const MAX_WIRE_DIGITS = 20;
/** What every numbering plan leaves to the end. */
export const SUBSCRIBER_DIGITS = 7;

/** As nearly every number comes: nothing has to be taken out. */
const E164 = /^\+[1-9]\d{4,16}$/;
/**
 * What people and programs put between digits: spaces, invisible format characters, dashes and brackets as Unicode classes; the minus
 * sign and the long-vowel mark, which Japanese keyboards give for a dash; slashes; dots. No tab or line break: those separate numbers.
 */
const SEPARATORS =
  /[\p{Zs}\p{Cf}\p{Pd}\p{Ps}\p{Pe}\u2212\u30fc\uff70/\u2044\u2215\uff0f.\u3002\uff0e\uff61\u00b7\u2022\u2024\u2027\u2219\u22c5\u30fb\uff65]/gu;
const FOREIGN_DIGITS = /(?![0-9])\p{Nd}/gu;
const FOREIGN_PLUS = /^[\ufe62\uff0b]/;
const DECIMAL_DIGIT = /\p{Nd}/u;

/**
 * E.164 (`+61422118000`) from a number as people write it: `+61 422-118-000`, `0061422118000`, `＋６１ (422) 118.000`,
 * `+٦١ ٤٢٢ ١١٨ ٠٠٠`. Separators and decimal digits of every script are understood.
 *
 * `null` when it is no valid international number: no `+` or `00` in front (there is no default country), letters,
 * an extension, more than 40 characters, or in no range that its numbering plan assigns (by the full metadata of
 * `libphonenumber-js`), to mobiles or to anything else.
 */
export function normalizeMobile(input: string): string | null {
  const candidate = readE164Shape(input);
  if (candidate === null) return null;
  // Three times as fast as parsing, and mobiles alone many times as fast as every kind of number.
  if (isMobile(candidate) || isValid(candidate)) return candidate;
  // Only the parser takes out a trunk prefix: +44 (0)20 7946 0000.
  const parsed = parsePhoneNumberFromString(candidate, { extract: false });
  return parsed?.isValid() ? parsed.number : null;
}

/**
 * The number to look for among those stored: E.164 as `normalizeMobile` gives it, or else what is only shaped like it. The
 * ranges of today may lack a number that was valid when its message was stored.
 */
export function readStoredMobile(input: string): string | null {
  return normalizeMobile(input) ?? readE164Shape(input);
}

/**
 * The gateway's form of an E.164 number: `00` + country code + number, no blanks (§2.1.1.3).
 *
 * @throws RangeError when it is not `+` and digits: sending it anyway might reach somebody else
 */
export function toWireMobile(e164: string): string {
  if (!/^\+\d{1,20}$/.test(e164)) {
    throw new RangeError('A mobile goes on the wire from E.164 ("+" and digits): normalise it first.');
  }
  return `00${e164.slice(1)}`;
}

/**
 * `+digits` from a number the gateway returned: `00…`, `+…` or bare digits, as text or as a JSON number, blanks around
 * it ignored. Shaped like E.164 but not checked to be valid: it is for matching with what was sent.
 * `null` when there are no digits, anything else among them, or more than 20.
 */
export function fromWireMobile(text: unknown): string | null {
  const written = typeof text === 'number' && Number.isSafeInteger(text) ? String(text) : text;
  if (typeof written !== 'string' || written.length > MAX_WRITTEN_LENGTH) return null;
  const digits = written.trim().replace(/^(?:\+|00)/, '');
  return /^\d+$/.test(digits) && digits.length <= MAX_WIRE_DIGITS ? `+${digits}` : null;
}

/**
 * Whether two numbers may be one, written in two ways: with or without country code, trunk prefix (`0422…`) or the prefix of
 * mobiles in Mexico and Argentina. Proves nothing by itself: the last seven digits are the same.
 */
export function mayBeSameMobile(one: string, other: string): boolean {
  const ends = [one, other].map((mobile) => mobile.replace(/^\+/, '').slice(-SUBSCRIBER_DIGITS));
  return ends[0] === ends[1] && ends[0]?.length === SUBSCRIBER_DIGITS;
}

/** Whether the gateway may write the number of a message otherwise than we do, so that this one is not its E.164. */
export function isWrittenOtherwise(mobile: string): boolean {
  return /^\+5[24]/.test(mobile) || normalizeMobile(mobile) !== mobile;
}

/**
 * A number fit for a log: `+614******00` keeps three digits in front and two at the end.
 * Fewer than nine digits, more than 40 characters or other text show nothing: `***`.
 */
export function maskMobile(text: string): string {
  if (text.length > MAX_WRITTEN_LENGTH || /[^\d\s+().-]/.test(text)) return '***';
  const digits = text.replaceAll(/\D/g, '');
  const prefix = text.trimStart().startsWith('+') ? '+' : digits.startsWith('00') ? '00' : '';
  const number = prefix === '00' ? digits.slice(2) : digits;
  if (number.length < 9) return '***';
  return prefix + number.slice(0, 3) + '*'.repeat(number.length - 5) + number.slice(-2);
}

/** `+` and the digits alone; `null` for any character that does not belong, without an international prefix, or too long. */
function readE164Shape(text: string): string | null {
  if (E164.test(text)) return text;
  if (text.length > MAX_WRITTEN_LENGTH) return null;
  const written = text
    .trim()
    .replace(SEPARATORS, '')
    .replace(FOREIGN_DIGITS, asciiDigit)
    .replace(FOREIGN_PLUS, '+')
    .replace(/^00/, '+');
  return E164.test(written) ? written : null;
}

/** Unicode gives every script its ten digits in one row, from zero on; some rows follow each other. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let start = code;
  while (DECIMAL_DIGIT.test(String.fromCodePoint(start - 1))) start--;
  return String((code - start) % 10);
}

function isValid(e164: string): boolean {
  try {
    return new PhoneNumber(e164).isValid();
  } catch {
    return false; // The constructor throws for a country code that does not exist.
  }
}
