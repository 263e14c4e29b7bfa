import type { ShownCounters } from './page.js';

/** Shorter stretches make a rate that nobody can read. */
const RATE_OVER_MS = 1_000;

const grouped = new Intl.NumberFormat('en-US');

/** Requests a second, over the last stretch of at least one second. */
export class RequestRate {
  private measured = 0;
  private requests = 0;

  constructor(private since: number) {}

  at(now: number, requests: number): number {
    const elapsed = now - this.since;
    if (elapsed < RATE_OVER_MS) return this.measured;
    // A reset begins to count anew.
    this.measured = Math.round((Math.max(0, requests - this.requests) * 1000) / elapsed);
    this.since = now;
    this.requests = requests;
    return this.measured;
  }
}

/** In ASCII: a character that some terminal draws wider would break the line that stays at the bottom. */
export function counterLine(counters: ShownCounters, requestsPerSecond: number): string {
  const { requests, accepted, pending, handedOut, faults, dropped } = counters;
  return [
    `requests ${grouped.format(requests)} (${grouped.format(requestsPerSecond)}/s)`,
    `messages ${grouped.format(accepted)}`,
    `reports ${grouped.format(pending)} waiting, ${grouped.format(handedOut)} handed out`,
    `faults ${faults}`,
    `dropped ${grouped.format(dropped)}`,
  ].join('  ');
}
