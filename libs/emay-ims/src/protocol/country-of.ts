import { Metadata, type CountryCode } from 'libphonenumber-js/core';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import numbers from 'libphonenumber-js/max/metadata';

/** What the library's declarations leave out. */
interface Countries {
  country_calling_codes: Readonly<Record<string, readonly CountryCode[]>>;
}
interface NumberingPlan {
  leadingDigits(): string | undefined;
}

const LONGEST_CALLING_CODE = 3;
/** What tells the country, `+` included: of most numbers the calling code, and in North America the area code, which four digits hold. */
const SHORT = 5;
/** Where a calling code is shared, such as by Great Britain and Guernsey, blocks of numbers tell. */
const LONG = 8;
/** Three digits of North America and one of Russia and Kazakhstan are in the short beginning. */
const TOLD_BY_SHORT = new Set(['1', '7']);

/** Digits behind the beginning of a number, tried until one of them makes a number that somebody may have. */
const ENDINGS = ['2', '5', '0', '1', '7', '3', '9'];
const SHORTEST = 8;
const LONGEST = 15;
/** Beginnings that are kept, made as they are met: more than one account of many countries has. */
const MOST_KNOWN = 50_000;

/** By calling code, the main country first. */
const countriesOf = new Map(Object.entries((numbers as unknown as Countries).country_calling_codes));

/** The first characters of E.164 numbers, `+` and two digits, of which more has to be read to tell the country. */
export const LONGER_BEGINNINGS: readonly string[] = [
  ...new Set(
    [...countriesOf]
      .filter(([code, countries]) => countries.length > 1 && !TOLD_BY_SHORT.has(code))
      .map(([code]) => `+${code.slice(0, 2)}`),
  ),
].toSorted();

/** `beginningOf` as SQL. */
export function beginningSql(mobile: string): string {
  const longer = LONGER_BEGINNINGS.map((beginning) => `'${beginning}'`).join(', ');
  return `CASE WHEN SUBSTR(${mobile}, 1, 3) IN (${longer}) THEN SUBSTR(${mobile}, 1, ${LONG}) ELSE SUBSTR(${mobile}, 1, ${SHORT}) END`;
}

/** As much of an E.164 number as tells its country. */
export function beginningOf(mobile: string): string {
  return mobile.slice(0, LONGER_BEGINNINGS.includes(mobile.slice(0, 3)) ? LONG : SHORT);
}

const known = new Map<string, string | null>();

/** ISO 3166-1 alpha-2 of an E.164 number, by its first digits; `null`: its calling code is no country's. */
export function countryOf(mobile: string): string | null {
  const beginning = beginningOf(mobile);
  let country = known.get(beginning);
  if (country === undefined) {
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(beginning, (country = readCountry(beginning)));
  }
  return country;
}

function readCountry(beginning: string): string | null {
  for (let length = 1; length <= LONGEST_CALLING_CODE; length++) {
    const countries = countriesOf.get(beginning.slice(1, 1 + length));
    if (countries) return countries.length === 1 ? (countries[0] as string) : tellApart(beginning, length, countries);
  }
  return null;
}

/** The country of a number that begins so; without any, the main one of the calling code. */
function tellApart(beginning: string, codeLength: number, countries: readonly CountryCode[]): string {
  const national = beginning.slice(1 + codeLength);
  const byDigits = countries.find((country) => {
    const leading = leadingDigitsOf(country);
    return leading !== undefined && new RegExp(`^(?:${leading})`).test(national);
  });
  if (byDigits) return byDigits;
  for (const digit of ENDINGS) {
    for (let length = SHORTEST; length <= LONGEST; length++) {
      const number = parsePhoneNumberFromString(beginning.padEnd(1 + length, digit), { extract: false });
      if (number?.country) return number.country;
    }
  }
  return countries[0] as string;
}

function leadingDigitsOf(country: CountryCode): string | undefined {
  const metadata = new Metadata(numbers);
  metadata.selectNumberingPlan(country);
  return (metadata.numberingPlan as unknown as NumberingPlan).leadingDigits();
}
