import { MAX_CUSTOM_IMS_ID_LENGTH } from './wire.js';

/** With the `u` flag this matches only a surrogate that is not part of a pair. */
const HALF_A_PAIR = /\p{Surrogate}/u;
const PRINTABLE_ASCII = /^[\x21-\x7e]+$/;

/**
 * What keeps `content` from being sent, as the end of a sentence ("content …"), or `null` (§3 `ERROR_CONTENT_EMPTY`,
 * `ERROR_LONG_CONTENT`).
 *
 * @param maxLength in UTF-16 units
 */
export function contentProblem(content: string, maxLength: number): string | null {
  if (content.length > maxLength) return `must be at most ${maxLength} UTF-16 units long`;
  if (content.trim() === '') return 'must not be blank';
  if (content.includes('\0')) return 'must not contain NUL';
  if (HALF_A_PAIR.test(content)) return 'must be well-formed Unicode (it holds half of a surrogate pair)';
  return null;
}

/**
 * What keeps `id` from being a `customImsId`, as the end of a sentence, or `null`. The document limits only the length
 * (§2.1.1.2, §3 `ERROR_CUSTOM_IMSID`); printable ASCII is ours, so that it returns as it was sent.
 */
export function customImsIdProblem(id: string): string | null {
  if (id === '') return 'must not be empty';
  if (id.length > MAX_CUSTOM_IMS_ID_LENGTH) return `must be at most ${MAX_CUSTOM_IMS_ID_LENGTH} characters long`;
  if (!PRINTABLE_ASCII.test(id)) return 'must be printable ASCII without spaces';
  return null;
}
