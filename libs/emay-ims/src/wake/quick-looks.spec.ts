import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { QuickLooks } from './quick-looks.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** When looks are taken that find nothing, in ms after the one that found something. */
function looksAfterFinding(intervalMs: number) {
  const began = Date.now();
  const times: number[] = [];
  const looks = new QuickLooks(intervalMs, () => {
    times.push(Date.now() - began);
    looks.foundNothing();
  });
  looks.found();
  return { looks, times };
}

it('looks again ever later, up to the interval, and then no more', () => {
  const { times } = looksAfterFinding(1_000);
  jest.advanceTimersByTime(3_600_000);
  expect(times).toEqual([20, 60, 140, 300, 620, 1_260]);
  expect(jest.getTimerCount()).toBe(0);
});

it('begins anew with each find', () => {
  const { looks, times } = looksAfterFinding(100);
  jest.advanceTimersByTime(70);
  looks.found();
  jest.advanceTimersByTime(1_000);
  expect(times).toEqual([20, 60, 90, 130, 210]);
});

it('does nothing where nothing was found, the interval is short, or it has been stopped', () => {
  const idle = new QuickLooks(1_000, () => undefined);
  idle.foundNothing();
  looksAfterFinding(20);
  looksAfterFinding(1_000).looks.stop();
  expect(jest.getTimerCount()).toBe(0);
});
