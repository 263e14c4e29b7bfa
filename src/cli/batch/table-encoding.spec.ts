import { describe, expect, it } from '@jest/globals';
import { encoded, ENCODINGS } from '../../../test/cli/written-table.js';
import { TableError } from '../command-errors.js';
import { assertNotOtherwise, encodingOf } from './table-encoding.js';

const TABLE = '手机号,姓名,短信内容\r\n+61422118000,王小明,您的验证码是 1234\r\n+61422118001,李雷,您好\r\n';

describe('encodingOf', () => {
  it.each(ENCODINGS)('knows %s, with a byte order mark and without, wherever it is cut off', (encoding) => {
    for (const hasMark of [true, false]) {
      const bytes = encoded(TABLE, encoding, hasMark);
      for (const length of [bytes.length, bytes.length - 1, bytes.length - 2, bytes.length - 3]) {
        expect(encodingOf(bytes.subarray(0, length))).toBe(encoding);
      }
    }
  });

  it.each(['utf-16le', 'utf-16be'] as const)('knows %s without a byte order mark where all is ASCII', (encoding) => {
    expect(encodingOf(encoded('mobile,name\n+61422118000,Ann\n', encoding, false))).toBe(encoding);
  });

  it.each([
    ['UTF-8', 'mobile,name\n+61422118000,Zoë Müller\n'],
    ['UTF-8 with NUL in it', 'mobile,name\n+61422118000,Ann\0\0\n'],
    ['ASCII', 'mobile\n+61422118000\n'],
    ['nothing', ''],
  ])('takes %s for UTF-8', (_what, text) => {
    expect(encodingOf(Buffer.from(text))).toBe('utf-8');
  });

  // Each of them is proper GB18030 too, byte by byte.
  it.each([
    ['windows-1252', Buffer.from('mobile,name\n+33612345678,Ren\xe9e\n+33612345679,Andr\xe9e\n', 'latin1')],
    ['windows-1251', Buffer.from('cff0e8e2e5f2fbfbfbfb2c0acff0e8e2e5f2fbfbfbfb0a', 'hex')],
    ['EUC-KR', Buffer.from('b1e8c3b6bcf62cb9dabfb5c8f10ac0ccb4d9b4c2bfa1c0c7b0a1b0edc0bb0a', 'hex')],
    ['Big5', Buffer.from('a4e2beF7b8b92ca9cda657a5a4a46cb1dfa6a10a', 'hex')],
    ['Shift_JIS', Buffer.from('8c6791d194d48d862c96bc914f0a8eb8a8da82b182f182c982bf82cd0a', 'hex')],
  ])('does not take %s for Chinese', (_what, bytes) => {
    expect(() => encodingOf(bytes)).toThrow(TableError);
  });
});

describe('assertNotOtherwise', () => {
  const NAMED = Buffer.from('mobile,name\n+33612345678,Zoë\n');
  const SINGLE_BYTE = ['windows-1252', 'windows-1251', 'iso-8859-2', 'koi8-r', 'windows-874', 'macintosh', 'ibm866'];

  it.each(SINGLE_BYTE)('refuses to read UTF-8 as %s, be it for one letter', (label) => {
    const { encoding } = new TextDecoder(label);
    for (const cutOff of [NAMED, NAMED.subarray(0, NAMED.indexOf(0xab) + 1)]) {
      expect(() => assertNotOtherwise(cutOff, encoding)).toThrow(TableError);
      expect(() => assertNotOtherwise(cutOff, encoding)).toThrow('It is UTF-8, not');
    }
  });

  it.each(['gb18030', 'gbk', 'big5', 'euc-kr'])('refuses to read UTF-8 of some length as %s', (encoding) => {
    expect(() => assertNotOtherwise(encoded(TABLE, 'utf-8', false), encoding)).toThrow('leave out --encoding');
  });

  it.each(ENCODINGS)('refuses what a byte order mark of %s contradicts, and takes what it says', (encoding) => {
    const bytes = encoded('mobile\n+61422118000\n', encoding, true);
    // Of what has two bytes alone, GB18030 has no mark here.
    if (encoding !== 'gb18030') expect(() => assertNotOtherwise(bytes, 'windows-1252')).toThrow('leave out --encoding');
    expect(() => assertNotOtherwise(bytes, encoding)).not.toThrow();
  });

  it.each([
    ['windows-1252', Buffer.from('mobile,name\n+33612345678,Ren\xe9e\n', 'latin1')],
    ['windows-1252', Buffer.from('mobile\n+33612345678\n')],
    ['windows-1251', Buffer.from('cff0e8e2e5f20a', 'hex')],
    ['gb18030', encoded(TABLE, 'gb18030', false)],
    // A name of two characters that are two in UTF-8 as well.
    ['gb18030', Buffer.from('mobile,name\n+8613800138000,\xc2\xb7\xc2\xb8\n', 'latin1')],
    ['utf-8', encoded(TABLE, 'utf-8', false)],
  ])('takes %s for itself', (encoding, bytes) => {
    expect(() => assertNotOtherwise(bytes, encoding)).not.toThrow();
  });
});
