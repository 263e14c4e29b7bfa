import { describe, expect, it } from '@jest/globals';
import { isMobileName } from './columns.js';
import { delimiterOf } from './delimiter.js';

describe('delimiterOf', () => {
  it.each([
    ['mobile,b,c', ','],
    ['mobile;b;c\n1,2,3,4,5', ';'],
    ['mobile\tb', '\t'],
    ['mobile|b', '|'],
    ['"x,y,z";mobile', ';'],
    ['"x\n,y,z";mobile', ';'],
    ['mobile', ','],
    ['', ','],
    ['name, first;mobile\nAnn, B;+61422118000', ';'],
    ['mobile;a, b, c\n+61422118000;1,2,3', ';'],
    ['a,b,c\n1,2,3\n1,2,3', ','],
    ['a;b, c\n1;2\n3;4', ';'],
  ])('of %j is %j', (text, delimiter) => {
    expect(delimiterOf(text, isMobileName)).toBe(delimiter);
  });

  it('asks where two fit alike', () => {
    expect(() => delimiterOf('a;b,c\n1;2,3', isMobileName)).toThrow(/comma or semicolon: say which with --delimiter/);
  });
});
