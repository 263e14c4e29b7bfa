import { describe, expect, it } from '@jest/globals';
import { parseOffset, WireTime } from './wire-time.js';

const NOON = Date.UTC(2026, 2, 15, 4);

describe('WireTime', () => {
  const shanghai = new WireTime(8 * 3_600_000);

  it('reads and writes UTC+8 whatever the zone of the host', () => {
    expect(shanghai.parseTimestamp('20260315120000')).toBe(NOON);
    expect(shanghai.timestamp(NOON)).toBe('20260315120000');
    expect(shanghai.reportTime(NOON + 999)).toBe('2026-03-15 12:00:00');
    expect(shanghai.millisecondOfDay(NOON)).toBe(12 * 3_600_000);
  });

  it('does not mix up seconds that follow each other', () => {
    expect([0, 1000, 500, 1999].map((after) => shanghai.reportTime(NOON + after).slice(-2))).toEqual([
      '00',
      '01',
      '00',
      '01',
    ]);
  });

  it.each(['20260229000000', '20261301000000', '20260315240000', '2026031512000a', ''])('does not read %p', (text) => {
    expect(shanghai.parseTimestamp(text)).toBeUndefined();
  });
});

it.each([
  ['+08:00', 28_800_000],
  ['-03:30', -12_600_000],
  ['+00:00', 0],
  ['8', undefined],
  ['+15:00', undefined],
  ['+08:60', undefined],
])('reads the offset %s as %p', (text, milliseconds) => {
  expect(parseOffset(text)).toBe(milliseconds);
});
