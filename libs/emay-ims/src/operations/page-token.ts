import { createHash } from 'node:crypto';
import { EmayImsValidationError } from '../errors/emay-ims-errors.js';

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 500;

/** What the parts of a place are: anybody may write a token, and a database refuses what fits no column. */
const IS_PART = {
  time: Number.isSafeInteger,
  position: (part: unknown) => Number.isInteger(part) && Math.abs(part as number) < 2 ** 31,
  id: (part: unknown) => typeof part === 'string' && !part.includes('\0'),
} as const;
export type PlaceParts = readonly (keyof typeof IS_PART)[];

/** `after` of the next page: a place in the order, and of which query. Opaque to callers. */
export function encodeToken(query: unknown, place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([hashOf(query), ...place])).toString('base64url');
}

/** @throws EmayImsValidationError for what `encodeToken` did not make of the same query */
export function decodeToken(query: unknown, token: string | undefined, parts: PlaceParts): (string | number)[] | null {
  if (token === undefined) return null;
  const [hash, ...place] = parsed(token);
  const isPlace = place.length === parts.length && parts.every((part, index) => IS_PART[part](place[index]));
  if (hash === hashOf(query) && isPlace) return place as (string | number)[];
  throw violation('after', 'must be `next` of the page before, of the same query');
}

/** @throws EmayImsValidationError for a number that is none */
export function checkedLimit(limit: number = DEFAULT_LIMIT): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw violation('limit', `must be a whole number from 1 to ${MAX_LIMIT}`);
}

export function violation(property: string, message: string): EmayImsValidationError {
  return new EmayImsValidationError([{ index: -1, property, message }]);
}

function parsed(token: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : [];
  } catch {
    return []; // No JSON: nothing of ours.
  }
}

function hashOf(query: unknown): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 8);
}
