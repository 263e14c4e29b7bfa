import { parsePhoneNumberFromString, PhoneNumber } from 'libphonenumber-js/min';

const MAX_WRITTEN_LENGTH = 40;
const MAX_WIRE_DIGITS = 20;
/** What every numbering plan leaves to the end. */
export const SUBSCRIBER_DIGITS = 7;
const FULL_WIDTH_SHIFT = 0xfee0;

/** Blanks, hyphens and dashes, dots, parentheses, in both widths, and the invisible marks that come with a pasted number. */
const SEPARATORS = new Set(
  ' \u00a0\u2007\u2009\u202f\u3000' +
    '-\u2010\u2011\u2012\u2013\u2014\u2015\u2212' +
    '.\u3002()' +
    '\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069',
);

/**
 * E.164 (`+61422118000`) from a number as people write it: `+61 422-118-000`, `0061422118000`, `＋６１ (422) 118.000`.
 *
 * `null` when it is no valid international number: no `+` or `00` in front (there is no default country), letters,
 * an extension, more than 40 characters, or digits no numbering plan knows.
 */
export function normalizeMobile(input: string): string | null {
  if (input.length > MAX_WRITTEN_LENGTH) return null;
  const candidate = readInternational(input.trim());
  if (candidate === null) return null;
  // Three times as fast as parsing, and right for all that is E.164 already.
  const verbatim = readVerbatim(candidate);
  if (verbatim?.isValid()) return verbatim.number;
  // Only the parser takes out a trunk prefix: +44 (0)20 7946 0000.
  const parsed = parsePhoneNumberFromString(candidate, { extract: false });
  return parsed?.isValid() ? parsed.number : null;
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

/** `+` and the digits alone; `null` for any character that does not belong or without an international prefix. */
function readInternational(text: string): string | null {
  let digits = '';
  let plus = false;
  for (const character of text) {
    const ascii = toHalfWidth(character);
    if (ascii >= '0' && ascii <= '9') {
      digits += ascii;
    } else if (ascii === '+') {
      if (plus || digits !== '') return null;
      plus = true;
    } else if (!SEPARATORS.has(ascii)) {
      return null;
    }
  }
  if (plus) return `+${digits}`;
  return digits.startsWith('00') ? `+${digits.slice(2)}` : null;
}

function toHalfWidth(character: string): string {
  const code = character.charCodeAt(0);
  return code >= 0xff01 && code <= 0xff5e ? String.fromCharCode(code - FULL_WIDTH_SHIFT) : character;
}

function readVerbatim(e164: string): PhoneNumber | null {
  try {
    return new PhoneNumber(e164);
  } catch {
    return null; // The constructor throws for a country code that does not exist.
  }
}
