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

  it.each([
    ['the rest of its own row', { columns: 2, to: 1 }, 0, 'Hello Ann,+6142\nScreen 24'],
    ['whole rows in between', { columns: 2, to: 1 }, 0, 'Hello Ann\nCall,+6142\nScreen 24'],
    ['a number and more behind it', { columns: 4, to: 2 }, 1, 'Hello Ann,+6142,x\r\nBob,Screen 24'],
    ['a number in front and a column behind', { columns: 3, to: 0 }, 1, 'Hello Ann,x\n+6142,Hello Bob'],
  ])('finds %s, wherever the number stands', (_what, place, position, field) => {
    expect(holdsRows(field, position, { ...PLACE, ...place })).toBe(true);
  });

  it.each([
    ['no line', 'Call,+6142'],
    ['a number in the last line', 'Call\nAnn,+6142'],
    ['a number in a sentence', 'Call,+6142, now\nor, never'],
  ])('lets %s pass before the number', (_what, field) => {
    expect(holdsRows(field, 0, { ...PLACE, to: 1 })).toBe(false);
  });
});
