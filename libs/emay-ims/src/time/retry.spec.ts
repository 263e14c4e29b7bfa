import { expect, it } from '@jest/globals';
import { retry } from './retry.js';

const failingTimes = (times: number, error = new Error('away')) => {
  let calls = 0;
  const work = async () => {
    if (++calls <= times) throw error;
    return calls;
  };
  return { work, calls: () => calls };
};
const forEver = { mayPass: () => true, limitMs: () => 60_000, pauseMs: () => 0 };

it('tries again until it succeeds, after the pause for so many failures', async () => {
  const failures: number[] = [];
  const pauseMs = (count: number) => (failures.push(count), 0);
  expect(await retry(failingTimes(3).work, { ...forEver, pauseMs })).toBe(4);
  expect(failures).toEqual([1, 2, 3]);
});

it('throws at once what does not pass by itself', async () => {
  const { work, calls } = failingTimes(9, new Error('for good'));
  const mayPass = (error: unknown) => (error as Error).message !== 'for good';
  await expect(retry(work, { ...forEver, mayPass })).rejects.toThrow('for good');
  expect(calls()).toBe(1);
});

it('throws the last failure once the limit is over, also where that has become shorter meanwhile', async () => {
  const { work, calls } = failingTimes(9);
  const limitMs = () => (calls() < 3 ? 60_000 : -1);
  await expect(retry(work, { ...forEver, limitMs })).rejects.toThrow('away');
  expect(calls()).toBe(3);
});
