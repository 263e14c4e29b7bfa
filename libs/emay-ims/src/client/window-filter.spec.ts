import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { WindowFilter } from './window-filter.js';

const SIZE = 4;
const windowsOf = (text: string) =>
  Array.from({ length: Math.max(0, text.length - SIZE + 1) }, (_, start) => text.slice(start, start + SIZE));
const letters = fc.string({ unit: fc.constantFrom('a', 'b', '您', '\uffff', '\0'), maxLength: 60 });

describe('a filter of windows', () => {
  it('misses none of those that were added and not forgotten, wherever they stand', () => {
    fc.assert(
      fc.property(letters, letters, letters, (page, gone, text) => {
        const filter = new WindowFilter(SIZE);
        for (const window of [...windowsOf(page), ...windowsOf(gone), 'abcde']) filter.add(window);
        for (const window of windowsOf(gone)) filter.forget(window);
        const starts = new Set(filter.startsIn(text));
        const wanted = new Set(windowsOf(page));
        for (const [start, window] of windowsOf(text).entries())
          if (wanted.has(window)) expect(starts).toContain(start);
      }),
    );
  });

  it('tells of nearly all others that they are none, also of those that were forgotten', () => {
    const text = Array.from({ length: 20_000 }, (_, index) =>
      String.fromCharCode(0x4e00 + ((index * 7_919) % 6_000)),
    ).join('');
    const filter = new WindowFilter(SIZE);
    const page = windowsOf(Array.from({ length: 4_000 }, (_, index) => index.toString(36)).join(''));
    for (const window of page) filter.add(window);
    expect(filter.startsIn(text).length).toBeLessThan(text.length / 10);
    for (const window of page) filter.forget(window);
    expect(filter.startsIn(text)).toEqual([]);
  });
});
