import { Transform } from 'class-transformer';
import { ValidateBy, type ValidationArguments, type ValidationOptions } from 'class-validator';
import {
  contentProblem,
  customImsIdProblem,
  DEFAULT_PROTOCOL_OPTIONS,
  normalizeMobile,
  readStoredMobile,
} from '../protocol/index.js';
import { readTime, TIME_PROBLEM } from './read-time.js';

export const MOBILE_PROBLEM =
  'must be an international number, such as +61422118000 or 0061422118000 (spaces and dashes are fine)';

/** An international number as people write it: E.164, or with `00`; checked by `libphonenumber-js`. */
export function IsImsMobile(options?: ValidationOptions): PropertyDecorator {
  return IsReadBy(normalizeMobile, options);
}

/** The same, or a number that only has the shape: one that a message stored earlier may have. */
export function IsStoredMobile(options?: ValidationOptions): PropertyDecorator {
  return IsReadBy(readStoredMobile, options);
}

function IsReadBy(read: (mobile: string) => string | null, options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isImsMobile',
      validator: {
        validate: (value) => typeof value === 'string' && read(value) !== null,
        defaultMessage: () => `$property ${MOBILE_PROBLEM}`,
      },
    },
    options,
  );
}

/** A text that can be sent: not blank, well-formed, at most `maxLength` UTF-16 units (default 500). */
export function IsImsContent(
  maxLength = DEFAULT_PROTOCOL_OPTIONS.maxContentLength,
  options?: ValidationOptions,
): PropertyDecorator {
  const problem = (value: unknown) =>
    typeof value === 'string' ? contentProblem(value, maxLength) : 'must be a string';
  return ValidateBy(
    {
      name: 'isImsContent',
      validator: {
        validate: (value) => problem(value) === null,
        defaultMessage: (failed) => `$property ${problem(failed?.value)}`,
      },
    },
    options,
  );
}

/** A `customImsId`: 1 to 32 printable ASCII characters without spaces (§2.1.1.2). */
export function IsCustomImsId(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isCustomImsId',
      validator: {
        validate: (value) => idProblem(value) === null,
        defaultMessage: (failed) => `$property ${idProblem(failed?.value)}`,
      },
    },
    options,
  );
}

function idProblem(value: unknown): string | null {
  return typeof value === 'string' ? customImsIdProblem(value) : 'must be a string';
}

/** A `Date`; made from an ISO 8601 time with its zone, as JSON has it. Anything else is refused, not guessed at. */
export function IsImsTime() {
  const check = ValidateBy({
    name: 'isImsTime',
    validator: {
      validate: (value) => value instanceof Date && readTime(value) !== null,
      defaultMessage: () => `$property ${TIME_PROBLEM}`,
    },
  });
  // From the source: with `enableImplicitConversion` the value may have been turned into some Date already.
  const read = Transform(({ obj, key }: { obj: Record<string, unknown>; key: string }) => {
    const source = obj[key];
    return readTime(source) ?? source;
  });
  return (target: object, property: string): void => {
    check(target, property);
    read(target, property);
  };
}

/** Later than another time of the same object, where both are given. */
export function IsAfter(other: string): PropertyDecorator {
  return ValidateBy({
    name: 'isAfter',
    validator: {
      validate: (value, context?: ValidationArguments) => {
        const { [other]: start } = (context?.object ?? {}) as Record<string, unknown>;
        return !(value instanceof Date && start instanceof Date && value <= start);
      },
      defaultMessage: () => `$property must be after ${other}`,
    },
  });
}

/** A list in which no `customImsId` stands twice. */
export function HasDistinctCustomImsIds(): PropertyDecorator {
  return ValidateBy({
    name: 'hasDistinctCustomImsIds',
    validator: {
      validate: (entries: unknown) => {
        if (!Array.isArray(entries)) return true;
        const ids = entries.map((entry: { customImsId?: unknown } | null) => entry?.customImsId ?? null);
        const given = ids.filter((id) => id !== null);
        return new Set(given).size === given.length;
      },
      defaultMessage: () => '$property must not use a customImsId twice',
    },
  });
}
