import { fail, notVerified, ok, type Check } from './check.js';

/** How far another clock was ahead of this machine's when it was read, in ms. */
export interface ClockReading {
  whose: string;
  aheadMs: number;
}

/** Enough for slow answers and headers that tell whole seconds; what the gateway tolerates is not documented. */
const TOLERANCE_MS = 60_000;

/** Compares this machine's clock, which stamps every request, with the gateway's and others. */
export function checkClock(gateway: readonly ClockReading[], others: readonly ClockReading[] = []): Check {
  const readings = [...others, ...gateway];
  const found = readings.map(({ whose, aheadMs }) => `${whose} ${inSeconds(aheadMs)}`).join(', ');
  if (readings.some(({ aheadMs }) => Math.abs(aheadMs) > TOLERANCE_MS)) {
    return fail('clock', found, 'Set the clocks by NTP: a timestamp that is off is answered with ERROR_TIMESTAMP.');
  }
  if (gateway.length > 0) return ok('clock', found);
  return notVerified('clock', `the gateway did not tell its time${found === '' ? '' : `; ${found}`}`);
}

/** The reading, taken between two readings of this machine's clock. */
export function readingOf(whose: string, remote: number, askedAt: number, answeredAt: number): ClockReading {
  return { whose, aheadMs: Math.round(remote - (askedAt + answeredAt) / 2) };
}

function inSeconds(aheadMs: number): string {
  const seconds = Math.floor(Math.abs(aheadMs) / 1_000);
  if (seconds === 0) return 'agrees';
  return `is ${seconds} s ${aheadMs > 0 ? 'ahead' : 'behind'}`;
}
