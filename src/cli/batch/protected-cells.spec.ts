import { describe, expect, it } from '@jest/globals';
import { withoutProtection } from './protected-cells.js';

describe('withoutProtection', () => {
  it.each([
    ['="20181234567890123456"', '20181234567890123456'],
    [' ="A-1" ', 'A-1'],
    ['="Say ""hi"""', 'Say "hi"'],
    ['="two\nlines"', 'two\nlines'],
    ['=""', ''],
  ])('takes %j for %j', (cell, text) => {
    expect(withoutProtection(cell)).toBe(text);
  });

  it.each(['', ' A-1 ', '="a"&"b"', '="open', '=1+1', '=HYPERLINK("x")', '"A-1"', "'A-1"])(
    'leaves %j alone',
    (cell) => {
      expect(withoutProtection(cell)).toBe(cell);
    },
  );
});
