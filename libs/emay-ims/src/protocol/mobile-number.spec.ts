import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { getCountries, getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';

import { fromWireMobile, maskMobile, normalizeMobile, readStoredMobile, toWireMobile } from './mobile-number.js';

/** A valid mobile of every country that has some, by somebody else's list. */
const VALID = getCountries().flatMap((country) => {
  const example = getExampleNumber(country, examples);
  return example?.isValid() ? [example.number] : [];
});
const validMobiles = fc.constantFrom(...VALID);

/** Every character of a class of Unicode that one UTF-16 unit holds; of digits, those of the higher planes as well. */
function charactersOf(unicodeClass: RegExp, last = 0xffff): string[] {
  return Array.from({ length: last }, (_, code) => String.fromCodePoint(code)).filter((one) => unicodeClass.test(one));
}

const SEPARATORS = [...charactersOf(/[\p{Zs}\p{Cf}\p{Pd}\p{Ps}\p{Pe}]/u), ...'−ー/／.．。·・'];
/** Rows of ten, each from zero on. */
const DIGITS = charactersOf(/\p{Nd}/u, 0x1ffff);
const SCRIPTS = Array.from({ length: DIGITS.length / 10 }, (_, row) => DIGITS.slice(row * 10, row * 10 + 10));

const separators = fc.oneof(fc.constant(''), fc.constantFrom(...SEPARATORS));

/** The digits of any script, with separators strewn in, behind `+` or `00`. */
const written = fc
  .record({
    mobile: validMobiles,
    prefix: fc.constantFrom('+', '00', '＋', '﹢', '(+', ' +', '\u202a+'),
    strewn: fc.array(separators, { maxLength: 16 }),
    script: fc.constantFrom(...SCRIPTS),
  })
  .map(({ mobile, prefix, strewn, script }) => ({
    mobile,
    text:
      prefix.replaceAll('0', script[0] ?? '') +
      Array.from(mobile.slice(1), (digit, index) => `${script[Number(digit)]}${strewn[index] ?? ''}`).join(''),
  }))
  .filter(({ text }) => text.length <= 40);

describe('normalizeMobile', () => {
  it.each([
    '+61422118000',
    '0061422118000',
    '+61 422-118-000',
    ' +61 422 118 000\t',
    '(+61) 422.118.000',
    '+61 (0) 422 118 000',
    '00 61 422 118 000',
    '＋６１ ４２２ １１８ ０００',
    '００６１４２２１１８０００',
    '\u202a+61\u00a0422\u2011118\u2011000\u202c',
    '\u2066+61 422 118 000\u2069\ufeff',
    '+61 422/118/000',
    '+61－422−118–000',
    '+61ー422ー118ー000',
    '［+61］（422）118·000',
    '+61\u00ad422\u2003118\u205f000\r\n',
    '+٦١ ٤٢٢ ١١٨ ٠٠٠',
    '\u200f٠٠٦١٤٢٢١١٨٠٠٠',
    '+۶۱۴۲۲۱۱۸۰۰۰',
    '+६१ ४२२ ११८ ०००',
    '+𝟞𝟙𝟜𝟚𝟚𝟙𝟙𝟠𝟘𝟘𝟘',
  ])('reads %j', (input) => {
    expect(normalizeMobile(input)).toBe('+61422118000');
  });

  it('knows the mobiles of more than 200 countries', () => {
    expect(VALID.length).toBeGreaterThan(200);
    expect(VALID.filter((mobile) => normalizeMobile(mobile) !== mobile)).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['blanks', '   '],
    ['a national number', '0422118000'],
    ['bare digits', '61422118000'],
    ['a plus alone', '+'],
    ['an international prefix alone', '00'],
    ['a plus and an international prefix', '+0061422118000'],
    ['two pluses', '++61422118000'],
    ['a plus inside', '61+422118000'],
    ['two numbers', '+61422118000 +61422118001'],
    ['two numbers on two lines', '+61422118000\n61422118001'],
    ['an extension', '+61422118000 ext. 5'],
    ['an x extension', '+61422118000x5'],
    ['a # extension', '+61422118000#5'],
    ['an RFC 3966 extension', '+61422118000;ext=5'],
    ['a pause', '+61422118000,5'],
    ['a URI', 'tel:+61422118000'],
    ['letters', '+61422CALLME'],
    ['no such country code', '+99942211800'],
    ['too short', '+6142211800'],
    ['too long', '+614221180001'],
    ['no such mobile', '+61022118000'],
    ['superscript digits', '+⁶¹⁴²²¹¹⁸⁰⁰⁰'],
    ['circled digits', '+⑥①④②②①①⑧⓪⓪⓪'],
    ['Chinese numerals', '+六一四二二一一八〇〇〇'],
    ['two numbers with a tab between', '+61422\t118000'],
    ['two numbers with a slash between', '+61422118000/+61422118001'],
    ['a list', '+61422118,000'],
    ['an apostrophe', "'+61422118000"],
    ['eight digits in Brazil, before the ninth', '+551187654321'],
    ['eight digits in Benin, before ten', '+22990011234'],
    ['eleven digits in Vietnam, before ten', '+841203123456'],
    ['the 1 of Mexican mobiles', '+5215512345678'],
    ['NUL', '+61422118000\0'],
    ['half a surrogate pair', '+61422118000\ud83d'],
    ['41 characters', '+61422118000'.padEnd(41)],
    ['a megabyte', '+61422118000'.padStart(1_000_000)],
    ['forty pluses', '+'.repeat(40)],
    ['forty digits', `+${'1'.repeat(39)}`],
  ])('is null for %s', (_what, input) => {
    expect(normalizeMobile(input)).toBeNull();
  });

  it('reads 40 characters', () => {
    expect(normalizeMobile('+61422118000'.padEnd(40))).toBe('+61422118000');
  });

  it('finds the number in any way of writing it', () => {
    fc.assert(
      fc.property(written, ({ mobile, text }) => {
        expect(normalizeMobile(text)).toBe(mobile);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is null with a letter anywhere', () => {
    const letters = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.constantFrom('x', 'O', 'l', 'Ａ', 'е', '號'),
    );
    fc.assert(
      fc.property(written, letters, fc.nat(), ({ text }, letter, at) => {
        fc.pre(/(?![ーｰ])\p{L}/u.test(letter));
        const place = at % (text.length + 1);
        expect(normalizeMobile(text.slice(0, place) + letter + text.slice(place))).toBeNull();
      }),
    );
  });

  it('gives E.164 that it reads as itself, or null, for any text', () => {
    const nearNumbers = fc.string({ unit: fc.constantFrom(...Array.from('+0123456789 -.()x＋１')), maxLength: 24 });
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), nearNumbers), (text) => {
        const mobile = normalizeMobile(text);
        if (mobile === null) return;
        expect(mobile).toMatch(/^\+[1-9]\d{4,16}$/);
        expect(normalizeMobile(mobile)).toBe(mobile);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('readStoredMobile', () => {
  it.each([
    ['+61 422 118 000', '+61422118000'],
    ['+61 (0) 422 118 000', '+61422118000'],
    ['+55 11 8765-4321', '+551187654321'],
  ])('reads %j, which may have been sent to', (text, mobile) => {
    expect(readStoredMobile(text)).toBe(mobile);
  });

  it.each(['0422118000', '61422118000', '+61422CALLME', '+', `+${'1'.repeat(18)}`, '+61422118000'.padEnd(41)])(
    'is null for %j',
    (text) => {
      expect(readStoredMobile(text)).toBeNull();
    },
  );
});

describe('the wire form', () => {
  it('is 00 and the digits', () => {
    expect(toWireMobile('+61422118000')).toBe('0061422118000');
  });

  it.each(['', '+', '61422118000', '0061422118000', '+61 422', '+61422118000\n', `+${'1'.repeat(21)}`])(
    'is refused for %j, which is not E.164',
    (text) => {
      expect(() => toWireMobile(text)).toThrow(RangeError);
    },
  );

  it('comes back as the same number, however it was written and however it returns', () => {
    fc.assert(
      fc.property(written, ({ mobile, text }) => {
        const normalized = normalizeMobile(text) ?? 'null';
        expect(toWireMobile(normalized)).toBe(`00${mobile.slice(1)}`);
        const returned = [toWireMobile(normalized), ` ${toWireMobile(normalized)} `, mobile, mobile.slice(1)];
        expect(returned.map(fromWireMobile)).toEqual(returned.map(() => mobile));
        expect(fromWireMobile(Number(mobile.slice(1)))).toBe(mobile);
      }),
    );
  });
});

describe('fromWireMobile', () => {
  it.each<[unknown, string]>([
    ['0061422118000', '+61422118000'],
    ['+61422118000', '+61422118000'],
    ['61422118000', '+61422118000'],
    [' 0061422118000 ', '+61422118000'],
    [61422118000, '+61422118000'],
    ['12', '+12'],
    ['1'.repeat(20), `+${'1'.repeat(20)}`],
    [`00${'1'.repeat(20)}`, `+${'1'.repeat(20)}`],
  ])('reads %j as %s, valid or not', (text, expected) => {
    expect(fromWireMobile(text)).toBe(expected);
  });

  it.each<unknown>([
    undefined,
    null,
    '',
    ' ',
    '+',
    '00',
    'null',
    '+61x',
    '61 422',
    '６１４２２',
    '1'.repeat(21),
    ' '.repeat(41),
    -61,
    6.1,
    1e21,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    true,
    [],
    {},
    ['61422118000'],
  ])('is null for %p', (text) => {
    expect(fromWireMobile(text)).toBeNull();
  });
});

describe('maskMobile', () => {
  it.each([
    ['+61422118000', '+614******00'],
    ['0061422118000', '00614******00'],
    ['61422118000', '614******00'],
    ['+61 422-118-000', '+614******00'],
    ['+61422118', '***'],
    ['+614221180', '+614****80'],
    ['110', '***'],
    ['', '***'],
    ['+', '***'],
    ['Ann +61422118000', '***'],
    ['9'.repeat(41), '***'],
  ])('shows %j as %j', (text, expected) => {
    expect(maskMobile(text)).toBe(expected);
  });

  it('never shows more than five digits of a number, nor any other text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          validMobiles,
          written.map(({ text }) => text),
          fc.string({ unit: 'binary' }),
        ),
        (text) => {
          expect(maskMobile(text)).toMatch(/^(?:(?:\+|00)?\d{3}\*{4,}\d{2}|\*{3})$/);
        },
      ),
    );
  });
});
