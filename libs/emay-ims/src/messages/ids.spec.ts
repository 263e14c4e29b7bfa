import { afterEach, describe, expect, it, jest } from '@jest/globals';
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

  describe('of a host whose clock is set back', () => {
    afterEach(() => {
      jest.restoreAllMocks();
    });
    const HOUR = 3_600_000;
    const clock = (at: number) => void jest.spyOn(Date, 'now').mockReturnValue(at);
    const timeOf = (id: string) => Number.parseInt(id.slice(0, 12), 16);

    it('follow a step of hours, and still never come twice', () => {
      const now = Date.now() + HOUR;
      const made = [0, HOUR, 0, HOUR, 0].map((ahead) => {
        clock(now + ahead);
        return Array.from({ length: 10_000 }, newCustomImsId);
      });
      expect(made.map(([first]) => timeOf(first as string) - now)).toEqual([0, HOUR, 0, HOUR, 0]);
      expect(new Set(made.flat()).size).toBe(50_000);
    });

    it('keep their order over a step of seconds', () => {
      const now = Date.now() + 5 * HOUR;
      const made = [0, -2_000, -9_000, 1].map((ahead) => {
        clock(now + ahead);
        return newCustomImsId();
      });
      expect(made).toEqual(made.toSorted());
    });
  });

  it('begin with the time of their making', () => {
    const before = Date.now();
    const made = Number.parseInt(newCustomImsId().slice(0, 12), 16);
    // The generator runs ahead of the clock only where it made more in a millisecond than fit into one.
    expect(Math.abs(made - before)).toBeLessThan(5_000);
  });
});
