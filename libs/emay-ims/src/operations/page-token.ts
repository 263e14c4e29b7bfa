import { createHash } from 'node:crypto';
import { EmayImsValidationError } from '../errors/emay-ims-errors.js';

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 500;

/** `after` of the next page: a place in the order, and of which query. Opaque to callers. */
export function encodeToken(query: unknown, place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([hashOf(query), ...place])).toString('base64url');
}

/** @throws EmayImsValidationError for what `encodeToken` did not make of the same query */
export function decodeToken(query: unknown, token: string | undefined): (string | number)[] | null {
  if (token === undefined) return null;
  const [hash, ...place] = parsed(token);
  if (hash === hashOf(query) && place.length > 0) return place;
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

function parsed(token: string): (string | number)[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    const isPlace = Array.isArray(value) && value.every((one) => typeof one === 'string' || Number.isSafeInteger(one));
    return isPlace ? (value as (string | number)[]) : [];
  } catch {
    return []; // No JSON: nothing of ours.
  }
}

function hashOf(query: unknown): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 8);
}
