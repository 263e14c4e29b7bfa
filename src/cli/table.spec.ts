import { describe, expect, it } from '@jest/globals';
import { alignColumns } from './table.js';

describe('alignColumns', () => {
  it('makes columns as wide as their widest cell, without blanks at the end', () => {
    expect(
      alignColumns([
        ['id', 'x', ''],
        ['longer', '', 'end'],
      ]),
    ).toEqual(['id      x', 'longer     end']);
  });

  it('shows what a terminal would obey, and counts what is shown', () => {
    expect(
      alignColumns([
        ['a\u202Eb', 'x'],
        ['c', 'two\nlines'],
      ]),
    ).toEqual(['a\\u202eb  x', 'c         two\\u000alines']);
  });

  it('is nothing for no rows', () => {
    expect(alignColumns([])).toEqual([]);
  });
});
