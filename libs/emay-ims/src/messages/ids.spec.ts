import { describe, expect, it } from '@jest/globals';
import { newCustomImsId } from './ids.js';

describe('ids of our own', () => {
  const ids = Array.from({ length: 100_000 }, newCustomImsId);

  it('are 32 characters that every system takes', () => {
    for (const id of ids) if (!/^[0-9a-f]{32}$/.test(id)) throw new Error(`${id} is not`);
  });

  it('never come twice', () => {
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('are in the order of their making', () => {
    expect(ids.every((id, index) => index === 0 || (ids[index - 1] as string) < id)).toBe(true);
  });

  it('begin with the time of their making', () => {
    const before = Date.now();
    const made = Number.parseInt(newCustomImsId().slice(0, 12), 16);
    // The generator runs ahead of the clock only where it made more in a millisecond than fit into one.
    expect(Math.abs(made - before)).toBeLessThan(5_000);
  });
});
