import { describe, expect, it } from '@jest/globals';
import { redactDigits, redactNumbers, redactTexts } from './redact.js';

describe('what a person has written', () => {
  it.each([
    ['call +61 422 118 000 back', 'call *** back'],
    ['call 0422-118-000', 'call ***'],
    ['(0422) 118.000', '(***'],
    ['＋６１４２２１１８０００', '***'],
    ['٠٤٢٢١١٨٠٠٠', '***'],
    ['HTTP 502, 3 times', 'HTTP 502, 3 times'],
  ])('%j loses its numbers: %j', (text, expected) => {
    expect(redactNumbers(text)).toBe(expected);
  });
});

describe('what came from the gateway', () => {
  it('keeps no digit, in whatever script or escape', () => {
    const raw = '{"mobile":"61422118000","x":"\\u0036\\u0031","y":"%36","z":"６１"}';
    expect(redactDigits(raw)).not.toMatch(/\p{Nd}/u);
  });

  it.each([
    ['{"state":"DELIVRD","content":"Your code is 4711"}', '{"state":"DELIVRD","content":"…"}'],
    ['{"code":"ERROR_SIGN","data":null}', '{"code":"ERROR_SIGN","data":null}'],
    ['{"content":"HELLO"}', '{"content":"…"}'],
    ['{"content":"say \\"DELIVRD\\" now"}', '{"content":"…"}'],
    ['{"content":"cut off in the mid', '{"content":"…'],
    ['<html>您的验证码</html>', '<…>…</…>'],
    ['Your "code": is', '… "code": …'],
  ])('%j hides texts as %j', (raw, expected) => {
    expect(redactTexts(raw)).toBe(expected);
  });
});
