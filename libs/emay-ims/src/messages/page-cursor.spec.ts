import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeCursor, encodeCursor } from './page-cursor.js';

const customImsId = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 1,
  maxLength: 32,
});
const createdAt = fc.integer({ min: 0, max: 999_999_999_999_999 }).map((time) => new Date(time));
const pageEnd = fc.record({ createdAt, customImsId });
const encoded = (text: string) => Buffer.from(text).toString('base64url');

describe('a page cursor', () => {
  it('comes back as the page end it was made from', () => {
    fc.assert(fc.property(pageEnd, (end) => expect(decodeCursor(encodeCursor(end))).toEqual(end)));
  });

  it('needs no escaping in a URL', () => {
    fc.assert(fc.property(pageEnd, (end) => expect(encodeCursor(end)).toMatch(/^[\w-]+$/)));
  });

  it.each([
    ['nothing', ''],
    ['no base64', '!!!'],
    ['no dot', encoded('1764000000000')],
    ['no id', encoded('1764000000000.')],
    ['no time', encoded('.abc')],
    ['a negative time', encoded('-1.abc')],
    ['a fraction of a millisecond', encoded('1e3.abc')],
    ['a time beyond all dates', encoded('9999999999999999.abc')],
    ['leading zeros', encoded('01764000000000.abc')],
    ['a blank in the id', encoded('1764000000000.a c')],
    ['an id beyond ASCII', encoded('1764000000000.äbc')],
    ['an id that is too long', encoded(`1764000000000.${'a'.repeat(33)}`)],
    ['a line end', encoded('1764000000000.abc\n')],
    ['SQL', encoded("1764000000000.a'; DROP TABLE emay_ims_message; --")],
    ['padding', `${encoded('1764000000000.abcd')}==`],
    [
      'strange characters in between',
      `${encoded('1764000000000.abc').slice(0, 5)}*${encoded('1764000000000.abc').slice(5)}`,
    ],
    ['the other alphabet', Buffer.from('1764000000000.~~~?').toString('base64')],
  ])('is refused when it is forged: %s', (_, cursor) => {
    expect(decodeCursor(cursor)).toBeNull();
  });

  it('is refused unless it is exactly what was handed out', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: 'binary' }), fc.string().map(encoded)),
        (text) => {
          const end = decodeCursor(text);
          expect(end === null || encodeCursor(end) === text).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('is refused with one character changed, or means another page end', () => {
    fc.assert(
      fc.property(pageEnd, fc.nat(), fc.constantFrom(...'aZ09-_=+/ .'), (end, place, character) => {
        const cursor = encodeCursor(end);
        const at = place % cursor.length;
        const forged = cursor.slice(0, at) + character + cursor.slice(at + 1);
        fc.pre(forged !== cursor);
        const decoded = decodeCursor(forged);
        expect(decoded === null || encodeCursor(decoded) === forged).toBe(true);
        expect(decoded).not.toEqual(end);
      }),
    );
  });
});
