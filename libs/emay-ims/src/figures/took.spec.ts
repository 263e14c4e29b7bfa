import { describe, expect, it } from '@jest/globals';
import { percentileMs, TOOK_BUCKETS, TOOK_FROM_MS } from './took.js';

describe('buckets of the time to delivery', () => {
  it('are 24, from a second to a day, each 1.6 times as long as the one before', () => {
    expect(TOOK_FROM_MS).toHaveLength(TOOK_BUCKETS);
    expect(TOOK_FROM_MS[0]).toBe(1_000);
    for (const [bucket, from] of TOOK_FROM_MS.entries()) {
      expect((TOOK_FROM_MS[bucket + 1] ?? 86_400_000) / from).toBeCloseTo(1.606, 2);
    }
  });
});

describe('a percentile', () => {
  const of = (...ms: number[]) => {
    const buckets = Array.from({ length: TOOK_BUCKETS }, () => 0);
    for (const time of ms)
      buckets[
        Math.max(
          0,
          TOOK_FROM_MS.findLastIndex((from) => from <= time),
        )
      ]!++;
    return buckets;
  };

  it('of nothing is unknown', () => {
    expect(percentileMs(of(), 0.5)).toBeNull();
  });

  it.each([0.01, 0.5, 0.95, 1])('lies in the bucket of its message (%f)', (share) => {
    const times = Array.from({ length: 100 }, (_, index) => 1_000 * 1.1 ** index);
    const exact = times[Math.ceil(share * 100) - 1] as number;
    const found = percentileMs(of(...times), share) as number;
    expect(found / exact).toBeGreaterThan(1 / 1.61);
    expect(found / exact).toBeLessThan(1.61);
  });

  it('is as long as the slowest bucket at most', () => {
    expect(percentileMs(of(500_000_000), 1)).toBe(86_400_000);
    expect(percentileMs(of(1), 0.5)).toBeLessThan(1_606);
  });
});
