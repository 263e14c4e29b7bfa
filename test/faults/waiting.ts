import { setTimeout as pause } from 'node:timers/promises';

/** Waits until the probe gives something true, and resolves to that; `null` when it never does. */
export async function within<T>(milliseconds: number, probe: () => T | Promise<T>, everyMs = 20): Promise<T | null> {
  const giveUpAt = performance.now() + milliseconds;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (performance.now() > giveUpAt) return null;
    await pause(everyMs);
  }
}
