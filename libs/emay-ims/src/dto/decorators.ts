import { ValidateBy, type ValidationOptions } from 'class-validator';
import { contentProblem, customImsIdProblem, DEFAULT_PROTOCOL_OPTIONS, normalizeMobile } from '../protocol/index.js';

export const MOBILE_PROBLEM =
  'must be an international number, such as +61422118000 or 0061422118000 (spaces and dashes are fine)';

/** An international number as people write it: E.164, or with `00`; checked by `libphonenumber-js`. */
export function IsImsMobile(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isImsMobile',
      validator: {
        validate: (value) => typeof value === 'string' && normalizeMobile(value) !== null,
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
  const problem = (value: unknown) => (typeof value === 'string' ? customImsIdProblem(value) : 'must be a string');
  return ValidateBy(
    {
      name: 'isCustomImsId',
      validator: {
        validate: (value) => problem(value) === null,
        defaultMessage: (failed) => `$property ${problem(failed?.value)}`,
      },
    },
    options,
  );
}
