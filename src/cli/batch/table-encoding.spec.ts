import { describe, expect, it } from '@jest/globals';
import { encoded, ENCODINGS } from '../../../test/cli/written-table.js';
import { TableError } from '../command-errors.js';
import { encodingOf } from './table-encoding.js';

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
