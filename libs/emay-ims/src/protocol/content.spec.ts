import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { contentProblem, customImsIdProblem } from './content.js';

describe('contentProblem', () => {
  it.each([
    'a',
    'This is a text message to Australia',
    '【亿美】您的验证码是 1234',
    '👩‍👩‍👧 🎉',
    'two\nlines\ttab',
    'ﷺ',
    'x'.repeat(500),
  ])('finds none in %j', (content) => {
    expect(contentProblem(content, 500)).toBeNull();
  });

  it.each([
    ['', 'must not be blank'],
    [' \t\r\n\u3000\ufeff', 'must not be blank'],
    ['x'.repeat(501), 'must be at most 500 UTF-16 units long'],
    ['😀'.repeat(251), 'must be at most 500 UTF-16 units long'],
    ['a\0b', 'must not contain NUL'],
    ['a\ud83d', 'must be well-formed Unicode (it holds half of a surrogate pair)'],
    ['\ude00a', 'must be well-formed Unicode (it holds half of a surrogate pair)'],
    ['\ude00\ud83d', 'must be well-formed Unicode (it holds half of a surrogate pair)'],
  ])('of %j: %s', (content, problem) => {
    expect(contentProblem(content, 500)).toBe(problem);
  });

  it('counts UTF-16 units, as the gateway does', () => {
    expect(contentProblem('😀'.repeat(5), 10)).toBeNull();
    expect(contentProblem('😀'.repeat(5), 9)).toBe('must be at most 9 UTF-16 units long');
  });

  it('lets pass only what UTF-8 carries unchanged', () => {
    const units = fc.array(fc.integer({ min: 0xd700, max: 0xe0ff }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(units, (codes) => {
        const content = String.fromCharCode(...codes);
        const unchanged = Buffer.from(content, 'utf8').toString('utf8') === content;
        expect(contentProblem(content, 500) === null).toBe(unchanged);
      }),
    );
  });
});

describe('customImsIdProblem', () => {
  it.each(['1', '2018010709302911', 'order-42/A.b_c~!', 'x'.repeat(32)])('finds none in %j', (id) => {
    expect(customImsIdProblem(id)).toBeNull();
  });

  it.each([
    ['', 'must not be empty'],
    ['x'.repeat(33), 'must be at most 32 characters long'],
    ['a b', 'must be printable ASCII without spaces'],
    [' a', 'must be printable ASCII without spaces'],
    ['a\n', 'must be printable ASCII without spaces'],
    ['订单', 'must be printable ASCII without spaces'],
    ['a\u007f', 'must be printable ASCII without spaces'],
    ['a\0', 'must be printable ASCII without spaces'],
  ])('of %j: %s', (id, problem) => {
    expect(customImsIdProblem(id)).toBe(problem);
  });
});
