import { describe, expect, it } from '@jest/globals';
import { csvLine } from './csv.js';

describe('a line of CSV', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['=HYPERLINK("http://evil.example","x")', `"'=HYPERLINK(""http://evil.example"",""x"")"`],
    ['+1+1', "'+1+1"],
    ['-2', "'-2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', `"'\t'=1"`],
    ['\r=1', `"'\r'=1"`],
    ['\n=1', `"'\n'=1"`],
    ["Hi;=cmd|'/C calc'!A0;", `"Hi;'=cmd|'/C calc'!A0;"`],
    ['A\n=1+1', `"A\n'=1+1"`],
    ['a,＝1', `"a,'＝1"`],
    ['x;"=1"', `"x;""'=1"""`],
    ["'=1", "''=1"],
    ['Dear Ann,\nhello', '"Dear Ann,\nhello"'],
    ['＝1+1', "'＝1+1"],
    ['+61422118000', '+61422118000'],
    ['+61422118000=1', "'+61422118000=1"],
    ['+614******00', "'+614******00"],
    ['+6142211800012345', "'+6142211800012345"],
    ['a,b', '"a,b"'],
    ['a;b', '"a;b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\r\nlines', '"two\r\nlines"'],
    [' blank', '" blank"'],
    ['您的验证码', '您的验证码'],
    ['', ''],
  ])('writes %j as %j', (value, expected) => {
    expect(csvLine([value])).toBe(`${expected}\r\n`);
  });

  it('writes numbers, times and nothing', () => {
    expect(csvLine([-1, new Date(0), null])).toBe('-1,1970-01-01T00:00:00.000Z,\r\n');
  });
});
