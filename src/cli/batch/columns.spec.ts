import { describe, expect, it } from '@jest/globals';
import { UsageError } from '../command-errors.js';
import { Columns } from './columns.js';

describe('Columns', () => {
  it.each(['mobile', 'Phone', 'Phone Number', 'phone_number', 'MSISDN', '手机号', '手机号码'])(
    'finds the numbers in a column called %s',
    (name) => {
      expect(new Columns(['name', name]).indexOfMobile()).toBe(1);
    },
  );

  it('asks which one where none or several look like it, and lists what there is', () => {
    expect(() => new Columns(['name', 'city']).indexOfMobile()).toThrow(/--to-column.*"name", "city".*--no-header/);
    expect(() => new Columns(['phone', 'mobile']).indexOfMobile()).toThrow(/may hold the numbers: phone, mobile/);
  });

  it.each([
    ['+61 422 118 000'],
    ['0061422118000'],
    ['13800138000'],
    ['0422 118'],
    ['Code 1-2-3-4-5'],
    ['A text that somebody wrote to somebody else, long'],
  ])('does not show the first row where it looks like a recipient: %s', (value) => {
    const columns = new Columns([value, 'Ann']);
    for (const look of [() => columns.indexOfMobile(), () => columns.indexOf('text')]) {
      expect(look).toThrow(/The first row looks like a recipient: .*--no-header/);
      expect(look).not.toThrow(value);
      expect(look).not.toThrow('Ann');
    }
  });

  it('finds a column by its name, and refuses one that is not there, or there twice', () => {
    const columns = new Columns(['a', 'b', 'b']);
    expect(columns.indexOf(' a ')).toBe(0);
    expect(() => columns.indexOf('b')).toThrow(UsageError);
    expect(() => columns.indexOf('c')).toThrow(UsageError);
  });
});
