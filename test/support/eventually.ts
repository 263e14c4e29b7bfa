import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits until the probe's value satisfies the condition; fails loudly, with the last value, if it never does.
 * Its patience ends before jest's, and is meant for a machine that is busy otherwise.
 */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  condition: (value: T) => boolean,
  withinMs = 90_000,
): Promise<T> {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    const value = await probe();
    if (condition(value)) return value;
    if (performance.now() > giveUpAt) throw new Error(`It never came to pass; last seen: ${JSON.stringify(value)}`);
    await pause(20);
  }
}
