import { describe, expect, it } from '@jest/globals';
import { callingCode } from './calling-code.js';
import { CHARSETS, CHARSET_NAMES, encodeText } from './charset.js';
import { PACKING_NAMES, PACKINGS } from './packing.js';

const CHINESE = '成功 运营商状态报告超时 ¥ € 〡 鿿';

describe('charsets', () => {
  it.each(CHARSET_NAMES.filter((name) => name !== 'latin-1'))(
    '%s is read back by a decoder of that name',
    (charset) => {
      const { name } = CHARSETS[charset];
      const decoder = new TextDecoder(name === 'utf-16' ? 'utf-16be' : name);
      const text = charset === 'gbk' ? '成功 abc' : `${CHINESE} 😀 𠀀`;
      expect(decoder.decode(encodeText(text, charset))).toBe(text);
    },
  );

  it('GB18030 has every character, in one, two or four bytes', () => {
    const decoder = new TextDecoder('gb18030');
    const points = [...Array.from({ length: 0xd800 }).keys(), 0xe000, 0xe5e5, 0xf8ff, 0xfffd, 0x1_0000, 0x10_ffff];
    const text = points.filter((point) => point !== 0xfffd).map((point) => String.fromCodePoint(point));
    const unlike = text.filter((one) => decoder.decode(encodeText(one, 'gb18030')) !== one);
    // Node's decoder itself has no code for one private character.
    expect(unlike.filter((one) => one !== '\uE5E5')).toEqual([]);
    expect(encodeText('a成\u0100', 'gb18030').toString('hex')).toBe('61b3c981308b38');
  });

  it('what a charset lacks is ?', () => {
    expect(encodeText('é成😀', 'latin-1')).toEqual(Buffer.from([0xe9, 0x3f, 0x3f]));
    expect(encodeText('成😀', 'gbk')).toEqual(Buffer.from([0xb3, 0xc9, 0x3f]));
    expect(encodeText('\uD800', 'gb18030')).toEqual(Buffer.from('?'));
  });
});

describe('packings', () => {
  const text = Buffer.from(JSON.stringify(Array.from({ length: 300 }, (_, index) => ({ index, text: CHINESE }))));

  it.each(PACKING_NAMES)('%s: what a cut body still holds is its beginning, however short it is', (name) => {
    const { pack, unpack } = PACKINGS[name];
    const packed = pack(text);
    expect(unpack(packed)).toEqual(text);
    let before = 0;
    for (let bytes = 1; bytes < packed.length; bytes += Math.ceil(packed.length / 50)) {
      const read = unpack(packed.subarray(0, bytes));
      expect(text.subarray(0, read.length)).toEqual(read);
      expect(read.length).toBeGreaterThanOrEqual(before);
      before = read.length;
    }
    expect(before).toBeGreaterThan(0);
  });
});

it.each([
  ['61422118000', '61'],
  ['12025550123', '1'],
  ['79991234567', '7'],
  ['8613800000000', '86'],
  ['5215512345678', '52'],
  ['85291234567', '852'],
  ['971501234567', '971'],
])('%s has the calling code %s', (digits, code) => {
  expect(callingCode(digits)).toBe(code);
});
