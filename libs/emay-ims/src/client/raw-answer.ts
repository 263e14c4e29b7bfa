import type { RequestEcho } from './request-echo.js';

const RAW_ANSWER_LENGTH = 1_000;
/** Enough for that many characters of UTF-8, and for what they repeat of the request to be recognised. */
export const RAW_ANSWER_BYTES = 4 * RAW_ANSWER_LENGTH;

/** At most 1,000 characters that every database takes: no NUL, no half of a surrogate pair; without what repeats the request. */
export function storable(text: string, echo: RequestEcho): string | null {
  const clean = echo
    .redact(text.slice(0, RAW_ANSWER_BYTES))
    .slice(0, RAW_ANSWER_LENGTH)
    .replaceAll('\0', '\uFFFD')
    .toWellFormed();
  return clean === '' ? null : clean;
}
