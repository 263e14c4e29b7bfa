import { setTimeout as pause } from 'node:timers/promises';

/** When to try again, and for how long. */
export interface RetryPolicy {
  /** Whether the failure may pass by itself. */
  mayPass: (error: unknown) => boolean;
  /** In ms from the first attempt on; asked after each failure, so that it may become shorter. */
  limitMs: () => number;
  /** The pause after so many failures, in ms. */
  pauseMs: (failures: number) => number;
}

/** Tries again what failed, as long as the policy lets it. @throws the last failure */
export async function retry<T>(work: () => Promise<T>, { mayPass, limitMs, pauseMs }: RetryPolicy): Promise<T> {
  const began = performance.now();
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error) || performance.now() - began > limitMs()) throw error;
      await pause(pauseMs(failures));
    }
  }
}
