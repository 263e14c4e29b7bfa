import { setTimeout as pause } from 'node:timers/promises';

/** What some work did to the process that it ran in. */
export interface Strain {
  /** The longest time in which nobody else got a turn, in ms. */
  longestStretchMs: number;
  /** By how much memory grew at most, in MiB. */
  memoryMiB: number;
}

const MIB = 1024 * 1024;

/** Runs the work and watches: a timer that is late says that nothing else could run either. */
export async function strainOf(work: () => Promise<unknown>): Promise<Strain> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let memory = before;
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    memory = Math.max(memory, process.memoryUsage.rss());
  }, 1);
  // So that what came before is not counted.
  await pause(5);
  longest = 0;
  await work();
  clearInterval(timer);
  return { longestStretchMs: Math.round(longest), memoryMiB: Math.round((memory - before) / MIB) };
}
