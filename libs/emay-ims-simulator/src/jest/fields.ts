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

/** What an expectation may say of a field; `id`: a text, or `undefined` for a record without one. */
export type FieldType = 'text' | 'id' | 'flag';

/**
 * Throws a `TypeError` for anything but a plain object with some of these fields, each with a value that it can have. Whatever
 * matches nothing would pass under `.not`, and what has no fields, such as a promise that nobody awaited, would match everything.
 */
export function checkFields(matcher: string, expected: unknown, known: Readonly<Record<string, FieldType>>): void {
  const names = Object.keys(known).join(', ');
  if (!isPlainObject(expected)) throw new TypeError(`${matcher}: write an object with some of ${names}.`);
  for (const [name, value] of Object.entries(expected)) {
    const type = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!type) throw new TypeError(`${matcher}: there is no "${name}"; write some of ${names}.`);
    if (!fits(value, type)) throw new TypeError(`${matcher}: ${name} is ${shown(value)}; write ${WRITE[type]}.`);
  }
}

const MATCHER = 'an asymmetric matcher such as expect.any(…)';
const WRITE = {
  text: `a text, or ${MATCHER}`,
  id: `a text, undefined for none, or ${MATCHER}`,
  flag: `true, false or ${MATCHER}`,
} satisfies Record<FieldType, string>;

function fits(value: unknown, type: FieldType): boolean {
  if (typeof value === 'object' && value !== null) {
    return 'asymmetricMatch' in value && typeof value.asymmetricMatch === 'function';
  }
  if (type === 'flag') return typeof value === 'boolean';
  return typeof value === 'string' || (type === 'id' && value === undefined);
}

/** Also one of another realm, such as a sandbox of jest. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function shown(value: unknown): string {
  try {
    return String(value);
  } catch {
    // It has no prototype to say more.
    return 'an object';
  }
}

/** Throws a `TypeError` unless it is a number of times. */
export function checkTimes(matcher: string, times: unknown): void {
  if (typeof times === 'number' && Number.isSafeInteger(times) && times >= 0) return;
  throw new TypeError(`${matcher}: times is ${String(times)}; write a whole number from 0, or leave it out.`);
}
