import { invalid } from '../http/console-error.js';

/** Reads one parameter of the query or one property of the body. @throws ConsoleError naming the field */
export type Reader<Value> = (given: unknown, field: string) => Value;

export type Shape = Readonly<Record<string, Reader<unknown>>>;
export type Read<Of extends object> = { [Name in keyof Of]: Of[Name] extends Reader<infer Value> ? Value : never };

/** Exactly the fields of a shape: any other is a mistake of the caller's, or an attempt. */
export function readFields<Of extends Shape>(given: Readonly<Record<string, unknown>>, shape: Of): Read<Of> {
  const odd = Object.keys(given).find((name) => !Object.hasOwn(shape, name));
  if (odd !== undefined) throw invalid(odd.slice(0, 32), 'there is no such field here');
  const values = Object.entries(shape).map(([name, read]) => [
    name,
    read(Object.hasOwn(given, name) ? given[name] : undefined, name),
  ]);
  return Object.fromEntries(values) as Read<Of>;
}

/** A query as an object: each parameter once, but those that are lists. */
export function queryFields(query: URLSearchParams, lists: readonly string[]): Record<string, unknown> {
  const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name);
    if (lists.includes(name)) fields[name] = values.flatMap((value) => value.split(','));
    else if (values.length > 1) throw invalid(name.slice(0, 32), 'is given more than once');
    else fields[name] = values[0];
  }
  return fields;
}

export function optional<Value>(read: Reader<Value>): Reader<Value | undefined> {
  return (given, field) => (given === undefined || given === '' ? undefined : read(given, field));
}

export function orElse<Value>(read: Reader<Value>, otherwise: Value): Reader<Value> {
  const readGiven = optional(read);
  return (given, field) => readGiven(given, field) ?? otherwise;
}

export function oneOf<const Value extends string>(values: readonly Value[]): Reader<Value> {
  return (given, field) => {
    const value = values.find((candidate) => candidate === given);
    if (value === undefined) throw invalid(field, `must be one of ${values.join(', ')}`);
    return value;
  };
}

/** Without control characters, which no name and no reason needs. */
export function text(maxLength: number): Reader<string> {
  return (given, field) => {
    if (typeof given !== 'string' || given.trim() === '') throw invalid(field, 'must be a text');
    if (given.length > maxLength) throw invalid(field, `must be at most ${maxLength} characters`);
    if (/[\p{Cc}\p{Cs}]/u.test(given.replace(/[\n\t]/g, ''))) throw invalid(field, 'has characters that are not text');
    return given;
  };
}

export function matching(pattern: RegExp, what: string): Reader<string> {
  return (given, field) => {
    if (typeof given !== 'string' || !pattern.test(given)) throw invalid(field, `must be ${what}`);
    return given;
  };
}

/** Of a query a text, of a body a number. */
export function whole(from: number, to: number): Reader<number> {
  return (given, field) => {
    const value = typeof given === 'string' && /^\d{1,9}$/.test(given) ? Number(given) : given;
    if (!Number.isInteger(value) || (value as number) < from || (value as number) > to) {
      throw invalid(field, `must be a whole number from ${from} to ${to}`);
    }
    return value as number;
  };
}

const ISO = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** ISO 8601 with its offset: a time without one means another moment on each machine. A date alone: midnight UTC. */
export function time(given: unknown, field: string): Date {
  const instant = typeof given === 'string' && ISO.test(given) ? new Date(given) : null;
  if (instant === null || Number.isNaN(instant.getTime())) {
    throw invalid(field, 'must be a time such as 2026-11-29T12:00:00Z');
  }
  return instant;
}

export function listOf<Value>(read: Reader<Value>, maxItems: number): Reader<Value[]> {
  return (given, field) => {
    if (!Array.isArray(given) || given.length === 0 || given.length > maxItems) {
      throw invalid(field, `must be a list of 1 to ${maxItems}`);
    }
    return given.map((item) => read(item, field));
  };
}

export function object<Of extends Shape>(shape: Of): Reader<Read<Of>> {
  return (given, field) => {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) throw invalid(field, 'must be an object');
    return readFields(given as Record<string, unknown>, shape);
  };
}
