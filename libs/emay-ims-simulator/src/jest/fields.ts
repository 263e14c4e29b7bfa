/** Decides whether a field is as expected: the `equals` of jest or vitest, which knows `expect.stringContaining` and its like. */
export type Equals = (actual: unknown, expected: unknown) => boolean;

/** What a field must be: a value, or an asymmetric matcher such as `expect.stringMatching(/^order-/)`. */
export type Expected<T> = T | { asymmetricMatch(other: unknown): boolean };

/**
 * Whether a record has every expected field.
 * A field that is expected to be `undefined` must be absent: an id that a test lost must not match everything.
 */
export function hasFields(record: object, expected: object, equals: Equals): boolean {
  const actual = new Map<string, unknown>(Object.entries(record));
  return Object.entries(expected).every(([name, value]) => equals(actual.get(name), value));
}

/** Throws a `TypeError` for anything but an object with some of these fields: one misspelt would match nothing. */
export function checkFields(matcher: string, expected: unknown, known: readonly string[]): void {
  if (typeof expected !== 'object' || expected === null || Array.isArray(expected)) {
    throw new TypeError(`${matcher}: write an object with some of ${known.join(', ')}.`);
  }
  const strange = Object.keys(expected).find((name) => !known.includes(name));
  if (strange !== undefined) {
    throw new TypeError(`${matcher}: there is no "${strange}"; write some of ${known.join(', ')}.`);
  }
}

/** Throws a `TypeError` unless it is a number of times. */
export function checkTimes(matcher: string, times: unknown): void {
  if (typeof times === 'number' && Number.isSafeInteger(times) && times >= 0) return;
  throw new TypeError(`${matcher}: times is ${String(times)}; write a whole number from 0, or leave it out.`);
}
