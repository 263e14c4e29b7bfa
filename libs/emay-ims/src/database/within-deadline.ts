import { patientTimer } from '../time/patient-timer.js';

/** What the work resolves to, if it does so in time; else what `giveUp` makes of it is thrown. The work itself goes on. */
export async function withinDeadline<T>(work: Promise<T>, timeoutMs: number, giveUp: () => Error): Promise<T> {
  let cancel: (() => void) | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    cancel = patientTimer(timeoutMs, () => reject(giveUp()));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel?.();
  }
}
