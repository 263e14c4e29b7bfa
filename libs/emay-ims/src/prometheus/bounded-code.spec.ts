import { describe, expect, it } from '@jest/globals';
import { boundedCode } from './bounded-code.js';

describe('a code as a label', () => {
  it.each(['SUCCESS', 'ERROR_SIGN', 'ERROR_OVER_SPEED', 'TIMEOUT', 'HTTP_502'])('%s is itself', (code) => {
    expect(boundedCode(code)).toBe(code);
  });

  it.each(['ERROR_MADE_UP', 'HTTP_418', 'UNLISTED', 'constructor', ''])('%s is other', (code) => {
    expect(boundedCode(code)).toBe('other');
  });
});
