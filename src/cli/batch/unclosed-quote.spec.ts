import { describe, expect, it } from '@jest/globals';
import { holdsRows } from './unclosed-quote.js';

const PLACE = { columns: 2, to: 0, delimiter: ',', isNumber: (field: string) => field.startsWith('+61') };

describe('holdsRows', () => {
  it.each([
    ['the next row, to its second field', 'Hello\n+6142,Bob'],
    ['whole rows in between', 'Hello\r\n+6142,Bob\r\nnobody,Cid'],
  ])('finds %s', (_what, field) => {
    expect(holdsRows(field, 1, PLACE)).toBe(true);
  });

  it.each([
    ['no line', 'Hello'],
    ['lines', 'Hello,\nyou\nthere, Bob'],
    ['a number alone', 'Call\n+6142'],
    ['a sentence with a number', 'Call\n+6142, then\n+6143, then, hang up'],
  ])('lets %s pass', (_what, field) => {
    expect(holdsRows(field, 1, { ...PLACE, columns: 4 })).toBe(false);
  });
});
