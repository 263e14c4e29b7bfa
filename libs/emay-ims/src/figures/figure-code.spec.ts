import { expect, it } from '@jest/globals';
import { figureCode, isCountedApart } from './figure-code.js';

it.each([
  ['SUCCESS', 'SUCCESS'],
  ['ERROR_SIGN', 'ERROR_SIGN'],
  ['TIMEOUT', 'TIMEOUT'],
  ['HTTP_502', 'HTTP_502'],
  ['HTTP_5022', 'other'],
  ['MADE_UP_4711', 'other'],
  ['', ''],
  [null, ''],
])('code %s is counted as "%s"', (code, counted) => {
  expect(figureCode(code)).toBe(counted);
  if (code) expect(isCountedApart(code)).toBe(counted === code);
});

it('a code that is called like that of all others is one of them', () => {
  expect(isCountedApart('other')).toBe(false);
});
