/** How late a timer may be before its process counts as one that stood still, and did not listen either. */
const LATE_MS = 200;

/**
 * Calls back after so many milliseconds. A process that stood still (SIGSTOP, a suspended machine, a blocked event loop) finds its
 * timers due before it has read what came meanwhile: a timer that is late waits a little longer.
 *
 * @returns what cancels it
 */
export function patientTimer(milliseconds: number, onTime: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (duration: number) => {
    const dueAt = performance.now() + duration;
    timer = setTimeout(() => {
      if (performance.now() - dueAt > LATE_MS) wait(LATE_MS);
      else onTime();
    }, duration);
  };
  wait(Math.max(0, milliseconds));
  return () => clearTimeout(timer);
}
