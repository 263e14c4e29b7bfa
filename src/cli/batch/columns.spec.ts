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

  it('finds a column by its name, and refuses one that is not there, or there twice', () => {
    const columns = new Columns(['a', 'b', 'b']);
    expect(columns.indexOf(' a ')).toBe(0);
    expect(() => columns.indexOf('b')).toThrow(UsageError);
    expect(() => columns.indexOf('c')).toThrow(UsageError);
  });
});
