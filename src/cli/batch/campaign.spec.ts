import { describe, expect, it } from '@jest/globals';
import { UsageError } from '../command-errors.js';
import { Campaign } from './campaign.js';

const MOBILE = '+61422118000';

describe('Campaign', () => {
  it('gives the same row the same id in every run', () => {
    expect(new Campaign('spring').idOf(MOBILE, 'Hi')).toBe(new Campaign('spring').idOf(MOBILE, 'Hi'));
  });

  it('tells rows and campaigns apart, however their texts run together', () => {
    const ids = [
      new Campaign('spring').idOf(MOBILE, 'Hi'),
      new Campaign('spring').idOf('+61422118001', 'Hi'),
      new Campaign('spring').idOf(MOBILE, 'Ho'),
      new Campaign('spring').idOf(`${MOBILE}H`, 'i'),
      new Campaign('summer').idOf(MOBILE, 'Hi'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('makes ids the gateway takes, which no id of the module can be', () => {
    const id = new Campaign('春').idOf(MOBILE, '你好');
    expect(id).toMatch(/^c[0-9a-f]{31}$/);
  });

  it('has its ids, and no other campaign’s, between the first and the last', () => {
    const { idRanges } = new Campaign('spring');
    expect(idRanges).toHaveLength(1);
    const isBetween = (id: string) => idRanges.some(({ first, last }) => first <= id && id <= last);
    for (let row = 0; row < 1_000; row++) {
      expect(isBetween(new Campaign('spring').idOf(MOBILE, String(row)))).toBe(true);
      expect(isBetween(new Campaign(`spring ${row}`).idOf(MOBILE, 'Hi'))).toBe(false);
    }
  });

  it.each([
    ['e\u0301te\u0301', 'été'],
    [' spring\u00a0', 'spring'],
    ['\uFEFFspring', 'spring'],
    [` ${'x'.repeat(100)} `, 'x'.repeat(100)],
  ])('takes the name "%s" for "%s"', (written, name) => {
    expect(new Campaign(written).name).toBe(name);
    expect(new Campaign(written).idOf(MOBILE, 'Hi')).toBe(new Campaign(name).idOf(MOBILE, 'Hi'));
  });

  it('refuses a name of a terminal that is not in UTF-8: all names of two characters would be one', () => {
    const written = Buffer.from('b4babdda', 'hex').toString();
    expect(() => new Campaign(written)).toThrow(UsageError);
    expect(() => new Campaign(written)).toThrow('--campaign holds U+FFFD');
  });

  it.each(['', '  ', 'x'.repeat(101)])('refuses the name "%s"', (name) => {
    expect(() => new Campaign(name)).toThrow(UsageError);
  });
});
