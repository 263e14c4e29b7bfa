import {
  getCountries,
  getCountryCallingCode,
  parsePhoneNumberFromString,
  type CountryCode,
} from 'libphonenumber-js/max';
import { normalizeMobile } from 'nestjs-emay-ims';
import { damageToNumber } from './damaged-cells.js';

/** Where numbers without `+` belong: a country, or all that share a calling code. */
export type HomeCountry = { defaultCountry: CountryCode } | { defaultCallingCode: string };

/** A number in E.164, or what is wrong with it. */
export type NumberReading = { mobile: string } | { problem: string };

/** `="+61422118000"`: how programs keep a spreadsheet from taking a number for one. */
const FORMULA = /^="(.*)"$/s;
/** As a separator a point stands between groups; of `61.422118000` a spreadsheet has left `61.422118`. */
const DECIMAL = /^(?:\+?\d{6,}[.,]\d{0,2}|(?:0|[1-9]\d*)[.,]\d+)$/;
/** A dash first or last, or brackets around all of it: to a spreadsheet `+61-422118000` is a sum, and less than nothing. */
const NEGATIVE = /^[\s\p{Cf}]*[\p{Pd}\u2212]|[\p{Pd}\u2212][\s\p{Cf}]*$|^\p{Ps}[^\p{Ps}\p{Pe}]*\p{Pe}$/u;
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
  const mobile = normalizeMobile(written) ?? (home === null ? null : nationalNumber(written, home));
  if (mobile !== null) return { mobile };
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
  const text = field.trim();
  const inner = (FORMULA.exec(text)?.[1] ?? text).trim();
  return inner.startsWith("'") ? inner.replace(/^'(.*?)'?$/s, '$1').trim() : inner;
}

function nationalNumber(written: string, home: HomeCountry): string | null {
  // With a prefix it is international, and wrong as such.
  if (/^(?:[+＋]|00)/.test(written)) return null;
  const parsed = parsePhoneNumberFromString(written, { ...home, extract: false });
  // Once more, as the module would: what it refuses is not sent.
  return parsed && !parsed.ext ? normalizeMobile(parsed.number) : null;
}
