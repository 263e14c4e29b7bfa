import { describe, expect, it } from '@jest/globals';
import { homeCountryOf, readNumber } from './recipient-number.js';

const AUSTRALIA = homeCountryOf('AU');

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

describe('homeCountryOf', () => {
  it.each(['AU', 'au', '61', '+61', '1', '+7'])('knows %s', (text) => {
    expect(homeCountryOf(text)).not.toBeNull();
  });

  it.each(['', '+', 'XX', 'Australia', '999', '0061'])('does not know "%s"', (text) => {
    expect(homeCountryOf(text)).toBeNull();
  });
});
