import { describe, expect, it } from '@jest/globals';
import { failuresTableOf } from './failures-table.js';

const LAST = ['mobile', 'text', 'failed_row', 'failed_because'];

describe('failuresTableOf', () => {
  it('is null for any other table', () => {
    expect(failuresTableOf(['mobile', 'text'])).toBeNull();
    expect(failuresTableOf(['mobile', 'text', 'failed_row'])).toBeNull();
  });

  it.each([
    ['last', LAST, ["'+61", "'=1", '2', 'has no text']],
    ['last, and blank ones behind them', [...LAST, ' ', ''], ["'+61", "'=1", '2', 'has no text', '', '']],
    ['last, and not told', LAST, ["'+61", "'=1"]],
    ['first', ['failed_row', 'failed_because', 'mobile', 'text'], ['2', 'has no text', "'+61", "'=1"]],
    ['apart', ['failed_because', 'mobile', 'failed_row', 'text'], ['has no text', "'+61", '2', "'=1"]],
    ['in between, and blank', ['mobile', 'failed_row', 'failed_because', 'text'], ["'+61", '', ' ', "'=1"]],
  ])('knows its columns where they are %s', (_where, first, row) => {
    const table = failuresTableOf(first);
    expect(table?.columns).toEqual(['mobile', 'text']);
    expect(table?.original(row).slice(0, 2)).toEqual(['+61', '=1']);
    expect(table?.original(row).slice(2).join('').trim()).toBe('');
  });

  it('leaves what a row has too much of where it is, so that no text is cut off there', () => {
    expect(failuresTableOf(LAST)?.original(['+61', 'Hello', 'you', '2', 'a'])).toEqual(['+61', 'Hello', 'you']);
    const withNote = failuresTableOf([...LAST, 'note']);
    expect(withNote?.columns).toEqual(['mobile', 'text', 'note']);
    expect(withNote?.original(['+61', 'Hello', '2', 'a', 'x'])).toEqual(['+61', 'Hello', 'x']);
    for (const surplus of [['you'], ['5'], ['5', '6'], ['5', 'you']]) {
      expect(withNote?.original(['+61', 'Hello', ...surplus, '2', 'a']).length).toBeGreaterThan(3);
    }
    expect(withNote?.original(['+61', 'Hello', 'you'])).toHaveLength(5);
  });
});
