import { describe, expect, it } from '@jest/globals';
import { getCountries, getExampleNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { homeCountryOf, isNumber, readNumber } from './recipient-number.js';

const AUSTRALIA = homeCountryOf('AU');
const EXAMPLES = getCountries().flatMap((country) => getExampleNumber(country, examples) ?? []);

describe('readNumber', () => {
  it.each([
    '+61 422-118-000',
    '0061422118000',
    '="+61422118000"',
    '=" 0061422118000 "',
    "'+61422118000",
    "'+61422118000'",
    '="\'+61422118000"',
    '\uFEFF+61422118000\u00a0',
  ])('reads %s', (field) => {
    expect(readNumber(field, null)).toEqual({ mobile: '+61422118000' });
  });

  it.each([
    '0422 118 000',
    '(0422) 118-000',
    '(04) 22.11.80.00',
    '422118000',
    '61422118000',
    '+61422118000',
    '="0422118000"',
  ])('reads %s at home in Australia', (field) => {
    expect(readNumber(field, AUSTRALIA)).toEqual({ mobile: '+61422118000' });
    expect(readNumber(field, homeCountryOf('+61'))).toEqual({ mobile: '+61422118000' });
  });

  it.each([
    ['6.1422E+10', /digits are lost/],
    ['6,1422118E+10', /digits are lost/],
    ['+6.1422118E10', /digits are lost/],
    ['="6.1422E+10"', /digits are lost/],
    ['61422118000.0', /decimal number/],
    ['+49151123456.7', /decimal number/],
    ['61.422118000', /decimal number/],
    ['-422117939', /negative number/],
    ['="-422117939"', /negative number/],
    ["'-422117939", /negative number/],
    ['- 422117939', /negative number/],
    ['\u2212422117939', /negative number/],
    ['\u2013422117939', /negative number/],
    ['\u202a-422117939\u202c', /negative number/],
    ['422117939-', /negative number/],
    ['422117939 -', /negative number/],
    ['(422117939)', /negative number/],
    ['（422117939）', /negative number/],
    ['(422 117 939)', /negative number/],
    ['-61422118000', /negative number/],
    ['(+61422118000)', /negative number/],
    ['-0061422118000', /negative number/],
    ['', /must be an international number/],
    ['nobody', /must be an international number/],
    ['+6142211', /must be an international number/],
    ['+61422118000\0', /must be an international number/],
    ['=1+1', /must be an international number/],
    ['61,422,118,000', /must be an international number/],
    ['+61422118000;ext=5', /must be an international number/],
  ])('names %s, at home anywhere', (field, sentence) => {
    for (const home of [null, AUSTRALIA, homeCountryOf('DE')]) {
      expect(readNumber(field, home)).toEqual({ problem: expect.stringMatching(sentence) });
    }
  });

  it('says what a number without a country needs', () => {
    expect(readNumber('61422118000', null)).toEqual({ problem: expect.stringContaining('--country-code') });
    expect(readNumber('0422 118 000', null)).toEqual({ problem: expect.stringContaining('--country-code') });
  });

  it('takes no international number for one at home', () => {
    expect(readNumber('+0422118000', AUSTRALIA)).toHaveProperty('problem');
    expect(readNumber('00422118000', AUSTRALIA)).toHaveProperty('problem');
    expect(readNumber('0422118000 ext. 5', AUSTRALIA)).toHaveProperty('problem');
  });
});

describe('readNumber of digits without +', () => {
  const reading = (field: string, code: string) => readNumber(field, homeCountryOf(code));

  it('reads no mobile as another number at home, whether its country code stands in front or not', () => {
    expect(EXAMPLES.length).toBeGreaterThan(200);
    const wrong = EXAMPLES.flatMap((example) => {
      const { number, country, countryCallingCode, nationalNumber } = example;
      const fields = [
        ...[number.slice(1), `${countryCallingCode} ${nationalNumber}`, `(${countryCallingCode}) ${nationalNumber}`],
        ...[nationalNumber, example.formatNational()],
      ];
      return [String(country), countryCallingCode].flatMap((code) =>
        fields.flatMap((field) => {
          const read = reading(field, code);
          return 'mobile' in read && read.mobile !== number ? [`${field} in ${code}: ${read.mobile}`] : [];
        }),
      );
    });
    expect(wrong).toEqual([]);
  });

  it.each([
    ['15', '12345678'],
    ['16', '1234567'],
    ['17', '1234567'],
  ])('reads German mobiles that begin with %s, however they are written', (start, end) => {
    const all = Array.from({ length: 10 }, (_, digit) => `+49${start}${digit}${end}`);
    const mobiles = all.filter((number) => parsePhoneNumberFromString(number)?.getType() === 'MOBILE');
    expect(mobiles.length).toBeGreaterThan(2);
    for (const mobile of mobiles) {
      for (const field of [mobile.slice(1), mobile.slice(3), `0${mobile.slice(3)}`]) {
        expect([reading(field, 'DE'), reading(field, '49')]).toEqual([{ mobile }, { mobile }]);
      }
    }
  });

  it.each([
    ['DE', '4915112345678', '+4915112345678'],
    ['ID', '62812345678', '+62812345678'],
    ['XK', '38343201234', '+38343201234'],
    ['AU', '61 422 118 000', '+61422118000'],
    // It has the shape of an American number, too.
    ['CN', '13052345678', '+8613052345678'],
    ['DE', '03012345678', '+493012345678'],
  ])('reads in %s %s as %s', (code, field, mobile) => {
    expect(reading(field, code)).toEqual({ mobile });
  });

  it('asks which it is where it may be a mobile abroad or a landline at home', () => {
    expect(reading('8613800138000', 'DE')).toMatchObject({
      problem: 'mobile may be +8613800138000 or +498613800138000: write it with + and its country code in front',
    });
    // It is a number all the same: whatever looks for one finds it.
    expect(isNumber('8613800138000', homeCountryOf('DE'))).toBe(true);
    expect(isNumber('nobody', homeCountryOf('DE'))).toBe(false);
  });
});

describe('homeCountryOf', () => {
  it.each(['AU', 'au', '61', '+61', '1', '+7'])('knows %s', (text) => {
    expect(homeCountryOf(text)).not.toBeNull();
  });

  it.each(['', '+', 'XX', 'Australia', '999', '0061'])('does not know "%s"', (text) => {
    expect(homeCountryOf(text)).toBeNull();
  });
});
