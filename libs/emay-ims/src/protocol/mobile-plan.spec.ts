import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { getCountries, getExampleNumber, PhoneNumber as AnyPhoneNumber } from 'libphonenumber-js/max';
import { PhoneNumber } from 'libphonenumber-js/mobile';
import examples from 'libphonenumber-js/mobile/examples';
import { isMobile } from './mobile-plan.js';

function isValid(Plan: typeof PhoneNumber, e164: string): boolean {
  try {
    return new Plan(e164).isValid();
  } catch {
    return false;
  }
}

/** Some numbers that belong to no country are valid without being mobiles. */
function isMobileByLibrary(e164: string): boolean {
  return isValid(PhoneNumber, e164) && ['MOBILE', undefined].includes(new PhoneNumber(e164).getType());
}

const EXAMPLES = getCountries().flatMap((country) => {
  const example = getExampleNumber(country, examples);
  return example ? [example.number as string] : [];
});
const RUNS = 20_000;

/** Each example with some of its digits replaced, cut off or added behind. */
const nearExamples = fc
  .record({
    example: fc.constantFrom(...EXAMPLES),
    kept: fc.nat({ max: 16 }),
    digits: fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 13 }),
    length: fc.nat({ max: 3 }),
  })
  .map(({ example, kept, digits, length }) => {
    const number = example.slice(0, 2 + kept) + digits;
    // Mostly as long as the example: other lengths are hardly ever valid.
    return number.padEnd(example.length, digits || '0').slice(0, example.length + [0, 0, 1, -1][length]!);
  });
const anyDigits = fc
  .string({ unit: fc.constantFrom(...'0123456789'), minLength: 4, maxLength: 16 })
  .map((digits) => `+${digits}`);

describe('isMobile says what the library says', () => {
  it('of every example number, and of every calling code', () => {
    const ofAllCodes = Array.from({ length: 1_000 }, (_, start) =>
      [5, 8, 9, 10, 11, 12, 13].map((length) => `+${start}`.padEnd(length + 1, '7')),
    ).flat();
    const numbers = [...EXAMPLES, ...ofAllCodes];
    expect(numbers.filter((number) => isMobile(number) !== isMobileByLibrary(number))).toEqual([]);
    expect(EXAMPLES.filter(isMobile).length).toBeGreaterThan(200);
  });

  it('of numbers near them, and of any digits', () => {
    const verdicts = { yes: 0, no: 0 };
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: nearExamples }, { weight: 1, arbitrary: anyDigits }), (number) => {
        const verdict = isMobile(number);
        verdicts[verdict ? 'yes' : 'no']++;
        expect(verdict).toBe(isMobileByLibrary(number));
        // So it may go before the full metadata, which decide.
        if (verdict) expect(isValid(AnyPhoneNumber, number)).toBe(true);
      }),
      { numRuns: RUNS },
    );
    expect(Math.min(verdicts.yes, verdicts.no)).toBeGreaterThan(RUNS / 20);
  });
});
