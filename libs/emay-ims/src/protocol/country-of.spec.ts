import { describe, expect, it } from '@jest/globals';
import { getCountries, getExampleNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { beginningOf, countryOf } from './country-of.js';

describe('the country of a number', () => {
  it.each([
    ['+61422118000', 'AU'],
    ['+12045551234', 'CA'],
    ['+12125551234', 'US'],
    ['+18095551234', 'DO'],
    ['+79161234567', 'RU'],
    ['+77011234567', 'KZ'],
    ['+447911212345', 'GB'],
    ['+447911112345', 'GG'],
    ['+447624312345', 'IM'],
    ['+393401234567', 'IT'],
    ['+262639123456', 'YT'],
    ['+262692123456', 'RE'],
    ['+8613812345678', 'CN'],
    ['+85251234567', 'HK'],
  ])('%s: %s', (mobile, country) => {
    expect(countryOf(mobile)).toBe(country);
  });

  it.each(['+999123456789', '+870773111632', '', '+', 'unread'])('%s: none', (mobile) => {
    expect(countryOf(mobile)).toBeNull();
  });

  it('is the one of the full metadata, for a mobile of each country', () => {
    const wrong = getCountries().flatMap((country) => {
      const mobile = getExampleNumber(country, examples)?.number;
      // Mobiles of some islands are like those of the mainland: the library takes them for such as well.
      const expected = mobile && parsePhoneNumberFromString(mobile)?.country;
      return mobile && expected && countryOf(mobile) !== expected ? [`${mobile} ${expected}`] : [];
    });
    expect(wrong).toEqual([]);
  });

  it('depends on the beginning alone', () => {
    expect(beginningOf('+447911112345')).toBe('+4479111');
    expect(beginningOf('+12045551234')).toBe('+1204');
  });
});
