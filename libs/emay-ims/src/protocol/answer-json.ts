import { parse as parseLossless, stringify as stringifyLossless } from 'lossless-json';

export type JsonObject = Readonly<Record<string, unknown>>;

const BARE_NUMBER_AS_ID = /"(?:mobile|imsId|customIms?Id)"\s*:\s*-?\d/;
const MAX_EXACT_DIGITS = 64;

/**
 * The value of a JSON text, or `undefined` when it is not JSON. Whole numbers come as `bigint` where an id or a mobile
 * is a bare number: an id has up to 20 digits, of which `JSON.parse` keeps 16.
 */
export function parseAnswerJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!BARE_NUMBER_AS_ID.test(text)) return value;
  try {
    return parseLossless(text, undefined, {
      parseNumber: (digits) =>
        /^\d+$/.test(digits) && digits.length <= MAX_EXACT_DIGITS ? BigInt(digits) : Number(digits),
      onDuplicateKey: ({ newValue }) => newValue, // as JSON.parse does
    });
  } catch {
    return value; // It recurses: too deep a nesting overflows its stack, though not that of JSON.parse.
  }
}

/** JSON text of a parsed value. */
export function excerptOf(value: unknown): string {
  try {
    return stringifyLossless(value) ?? '';
  } catch {
    return '(nested too deeply to show)';
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Only what the gateway wrote: nothing that a `__proto__` key or another library put on a prototype. */
export function fieldOf(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The first `maxLength` UTF-16 units, one less where that would cut a surrogate pair in two. */
export function cutText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const last = text.charCodeAt(maxLength - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? maxLength - 1 : maxLength);
}
