import { describe, expect, it } from '@jest/globals';
import { Snapshot } from './snapshot.js';

describe('a snapshot', () => {
  let now = 0;
  let asked = 0;
  const newSnapshot = (costMs: number, cacheMs = 100) => {
    now = 0;
    asked = 0;
    const ask = async () => {
      now += costMs;
      return ++asked;
    };
    return new Snapshot(ask, cacheMs, () => now);
  };

  it('is kept for its time, then asked for again', async () => {
    const snapshot = newSnapshot(0);
    expect(await snapshot.get()).toBe(1);
    now += 99;
    expect(await snapshot.get()).toBe(1);
    now += 1;
    expect(await snapshot.get()).toBe(2);
  });

  it('is asked for once by all who want it together', async () => {
    const snapshot = newSnapshot(0, 0);
    expect(await Promise.all([snapshot.get(), snapshot.get(), snapshot.get()])).toEqual([1, 1, 1]);
  });

  it('is kept twenty times as long as it cost, where that is longer', async () => {
    const snapshot = newSnapshot(50);
    await snapshot.get();
    now += 999;
    expect(await snapshot.get()).toBe(1);
    now += 1;
    expect(await snapshot.get()).toBe(2);
  });

  it('is asked for again after its time, however long a failure took', async () => {
    now = 0;
    asked = 0;
    const ask = async () => {
      now += 50;
      if (++asked === 1) throw new Error('the database is away');
      return asked;
    };
    const snapshot = new Snapshot(ask, 100, () => now);
    await expect(snapshot.get()).rejects.toThrow('away');
    now += 99;
    await expect(snapshot.get()).rejects.toThrow('away');
    now += 1;
    expect(await snapshot.get()).toBe(2);
  });
});
