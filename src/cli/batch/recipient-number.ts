import {
  getCountries,
  getCountryCallingCode,
  parsePhoneNumberFromString,
  type CountryCode,
  type NumberType,
} from 'libphonenumber-js/max';
import { normalizeMobile } from 'nestjs-emay-ims';
import { damageToNumber } from './damaged-cells.js';
import { withoutProtection } from './protected-cells.js';

/** Where numbers without `+` belong: a country, or all that share a calling code. */
export type HomeCountry = { defaultCountry: CountryCode } | { defaultCallingCode: string };

/** A number in E.164, or what is wrong with it. */
export type NumberReading = { mobile: string } | { problem: string; isAmbiguous?: true };

/** As a separator a point stands between groups; of `61.422118000` a spreadsheet has left `61.422118`. */
const DECIMAL = /^(?:\+?\d{6,}[.,]\d{0,2}|(?:0|[1-9]\d*)[.,]\d+)$/;
/** A dash first or last, or brackets around all of it: to a spreadsheet `+61-422118000` is a sum, and less than nothing. */
const NEGATIVE = /^[\s\p{Cf}]*[\p{Pd}\u2212]|[\p{Pd}\u2212][\s\p{Cf}]*$|^\p{Ps}[^\p{Ps}\p{Pe}]*\p{Pe}$/u;
/** In North America, for one, mobiles and landlines share their ranges. */
const MOBILES = new Set<NumberType>(['MOBILE', 'FIXED_LINE_OR_MOBILE']);
const DIGITS_ALONE = /^\p{Nd}[\p{Nd}\s().-]*$/u;

/** Reads `--country-code`: `AU`, `61` or `+61`; `null` where there is no such country. */
export function homeCountryOf(text: string): HomeCountry | null {
  const country = getCountries().find((code) => code === text.toUpperCase());
  if (country) return { defaultCountry: country };
  const callingCode = text.replace(/^\+/, '');
  const isKnown = getCountries().some((code) => getCountryCallingCode(code) === callingCode);
  return isKnown ? { defaultCallingCode: callingCode } : null;
}

/**
 * The number in a field, as people and spreadsheets write it. What a spreadsheet has damaged is named, not guessed at.
 *
 * @param home `null`: only international numbers are read
 */
export function readNumber(field: string, home: HomeCountry | null): NumberReading {
  const written = unwrapped(field);
  const damage = damageToNumber(written);
  if (damage !== null) return { problem: `mobile ${damage}` };
  // libphonenumber passes over such signs, and what a spreadsheet has made of the digits may be the number of somebody else.
  if (NEGATIVE.test(written)) {
    return {
      problem:
        'mobile is written like a negative number, as a spreadsheet makes one of +61-422118000: take it from the source, in a column formatted as text',
    };
  }
  // As a separator the point would make `.0` two digits more, and that may be the number of somebody else.
  if (DECIMAL.test(written)) {
    return {
      problem:
        'mobile was written as a decimal number, which may lack digits: take it from the source, in a column formatted as text',
    };
  }
  const international = normalizeMobile(written);
  if (international !== null) return { mobile: international };
  const national = home === null ? null : readAtHome(written, home);
  if (national !== null) return national;
  if (home === null && DIGITS_ALONE.test(written) && !written.startsWith('00')) {
    return {
      problem: 'mobile has no + or 00 and country code in front: write it, or say --country-code for all such numbers',
    };
  }
  const from = home === null ? '' : ', or one of the country of --country-code';
  return {
    problem: `mobile must be an international number, such as +61422118000 or 0061422118000 (spaces and dashes are fine)${from}`,
  };
}

/** Without what marks a field as text for a spreadsheet: a formula around it, an apostrophe before it. */
function unwrapped(field: string): string {
  const inner = withoutProtection(field).trim();
  return inner.startsWith("'") ? inner.replace(/^'(.*?)'?$/s, '$1').trim() : inner;
}

/** Whether a field holds a number, be it one that may be read in two ways. */
export function isNumber(field: string, home: HomeCountry | null): boolean {
  const reading = readNumber(field, home);
  return 'mobile' in reading || reading.isAmbiguous === true;
}

/**
 * Digits without `+`: a number of the country, or one with its country code in front. libphonenumber takes off the country's
 * own code only where it finds no such number with it, and in Germany `4915112345678` may be a landline of area 4915.
 */
function readAtHome(written: string, home: HomeCountry): NumberReading | null {
  const national = nationalNumber(written, home);
  if (national === null) return null;
  const international = normalizeMobile(`+${written}`);
  if (international === null || international === national) return { mobile: national };
  const isOfHome = international.startsWith(`+${callingCodeOf(home)}`);
  const mayBeMobile = isMobile(international);
  if (isMobile(national)) {
    if (!isOfHome || !mayBeMobile) return { mobile: national };
  } else {
    if (isOfHome && mayBeMobile) return { mobile: international };
    if (!isOfHome && !mayBeMobile) return { mobile: national };
  }
  return {
    problem: `mobile may be ${international} or ${national}: write it with + and its country code in front`,
    isAmbiguous: true,
  };
}

function nationalNumber(written: string, home: HomeCountry): string | null {
  // With a prefix it is international, and wrong as such.
  if (/^(?:[+＋]|00)/.test(written)) return null;
  const parsed = parsePhoneNumberFromString(written, { ...home, extract: false });
  // Once more, as the module would: what it refuses is not sent.
  return parsed && !parsed.ext ? normalizeMobile(parsed.number) : null;
}

function callingCodeOf(home: HomeCountry): string {
  return 'defaultCountry' in home ? getCountryCallingCode(home.defaultCountry) : home.defaultCallingCode;
}

/** @param e164 a number that is valid */
function isMobile(e164: string): boolean {
  return MOBILES.has(parsePhoneNumberFromString(e164)?.getType());
}
