import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** What some work did to the process that it ran in. */
export interface Strain {
  /** The longest time in which nobody else got a turn, in ms; on a machine that is busy otherwise it says little. */
  longestStretchMs: number;
  /** The most that this thread worked without giving anybody else a turn, in ms of its own time on a core. */
  longestStretchCpuMs: number;
  /** By how much the process grew at most, in MiB, garbage included: how much of that V8 lets lie depends on the heap that it has. */
  grownMiB: number;
  /** By how much what is in use grew at most, in MiB: the garbage is taken away ten times a second. */
  memoryMiB: number;
}

const MIB = 1024 * 1024;
const COLLECTED_EVERY_MS = 100;

/** Runs the work twice: once for what it takes of the thread, once for what it takes of the memory, which stops the thread each time. */
export async function strainOf(work: () => Promise<unknown>): Promise<Strain> {
  const { stretchMs, stretchCpuMs, grown } = await timeOf(work);
  return {
    longestStretchMs: Math.round(stretchMs),
    longestStretchCpuMs: Math.round(stretchCpuMs),
    grownMiB: Math.round(grown / MIB),
    memoryMiB: Math.round((await memoryOf(work)) / MIB),
  };
}

/** A timer that is late says that nothing else could run either. */
async function timeOf(work: () => Promise<unknown>) {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  const longest = { stretchMs: 0, stretchCpuMs: 0, grown: 0 };
  let last = performance.now();
  let lastCpu = threadCpuMs();
  const timer = setInterval(() => {
    const now = performance.now();
    const cpu = threadCpuMs();
    longest.stretchMs = Math.max(longest.stretchMs, now - last);
    longest.stretchCpuMs = Math.max(longest.stretchCpuMs, cpu - lastCpu);
    longest.grown = Math.max(longest.grown, process.memoryUsage.rss() - before);
    last = now;
    lastCpu = cpu;
  }, 1);
  // So that what came before is not counted.
  await pause(5);
  Object.assign(longest, { stretchMs: 0, stretchCpuMs: 0 });
  await work();
  await pause(5);
  clearInterval(timer);
  return longest;
}

async function memoryOf(work: () => Promise<unknown>): Promise<number> {
  const before = inUse();
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, inUse())), COLLECTED_EVERY_MS);
  await work();
  clearInterval(timer);
  return most - before;
}

function inUse(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Of the process where the system does not tell it of a thread: others, such as those that unpack, are counted then as well. */
function threadCpuMs(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e6;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  }
}
