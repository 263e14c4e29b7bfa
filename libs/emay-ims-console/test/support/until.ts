import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until it is so, however busy the machine is. */
export async function until(isReached: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 60_000;
  while (!(await isReached())) {
    if (performance.now() > giveUpAt) throw new Error('It never came to pass');
    await sleep(10);
  }
}
