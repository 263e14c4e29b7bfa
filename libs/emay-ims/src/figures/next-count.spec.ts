import { describe, expect, it } from '@jest/globals';
import { nextCount } from './next-count.js';

const MINUTE = 60_000;
const NOW = 1_000 * MINUTE;
const inMs = (end: number, unfinished: Parameters<typeof nextCount>[2] = null) => nextCount(NOW, end, unfinished) - NOW;

describe('when a unit is counted again', () => {
  it('finished: when it is twice as old, at least a minute', () => {
    expect(inMs(NOW - 10 * MINUTE)).toBe(10 * MINUTE);
    expect(inMs(NOW - 1)).toBe(MINUTE);
    expect(inMs(NOW + 5 * MINUTE)).toBe(MINUTE);
  });

  it('unfinished: an eighth of the time since its latest submission, at least five seconds', () => {
    expect(inMs(NOW - 60 * MINUTE, { latest: NOW - 8 * MINUTE, readyAt: null })).toBe(MINUTE);
    expect(inMs(NOW - 60 * MINUTE, { latest: NOW, readyAt: null })).toBe(5_000);
    expect(inMs(NOW - 60 * MINUTE, { latest: NOW + MINUTE, readyAt: null })).toBe(5_000);
  });

  it('queued: soon after it is ready, and often while it is', () => {
    const latest = NOW - 600 * MINUTE;
    expect(inMs(latest, { latest, readyAt: NOW + 3 * MINUTE })).toBe(3 * MINUTE + 5_000);
    expect(inMs(latest, { latest, readyAt: NOW - MINUTE })).toBe(15_000);
  });

  it('never later than if it were finished', () => {
    expect(inMs(NOW - MINUTE, { latest: 0, readyAt: null })).toBe(MINUTE);
  });
});
