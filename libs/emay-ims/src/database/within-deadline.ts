/** How late a timer may be before its process counts as one that stood still, and did not listen either. */
const LATE_MS = 200;

/**
 * What the work resolves to, if it does so in time; else what `giveUp` makes of it is thrown. The work itself goes on.
 *
 * - A process that stood still (SIGSTOP, a blocked event loop) finds its timers due before it has read the answer that came
 *   meanwhile: a late timer gives it a little longer.
 */
export async function withinDeadline<T>(work: Promise<T>, timeoutMs: number, giveUp: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const wait = (milliseconds: number) => {
      const dueAt = performance.now() + milliseconds;
      timer = setTimeout(() => {
        if (performance.now() - dueAt > LATE_MS) wait(LATE_MS);
        else reject(giveUp());
      }, milliseconds);
    };
    wait(Math.max(0, timeoutMs));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
