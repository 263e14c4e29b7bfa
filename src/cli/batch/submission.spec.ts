import { describe, expect, it } from '@jest/globals';
import type { EmayImsService } from 'nestjs-emay-ims';
import type { StateCount } from './message-counts.js';
import { waitForSubmission, waitingOf } from './submission.js';

const NOW = 1_000_000;

describe('waitingOf', () => {
  it('counts what is queued and what is on its way', () => {
    const counts = [
      { state: 'QUEUED', messages: 3, latestDueAt: NOW - 1 },
      { state: 'SUBMITTING', messages: 2, latestDueAt: NOW + 1 },
      { state: 'ACCEPTED', messages: 100, latestDueAt: NOW + 1_000 },
      { state: 'UNCONFIRMED', messages: 1, latestDueAt: null },
    ] as const;
    expect(waitingOf(counts, NOW)).toBe(5);
  });

  it('waits no longer for requests than they may last', () => {
    expect(waitingOf([{ state: 'SUBMITTING', messages: 2, latestDueAt: NOW }], NOW)).toBe(0);
  });
});

describe('waitForSubmission', () => {
  it('waits for requests in flight where the clock of this machine is ahead of the database’s', async () => {
    const looks: StateCount[][] = [
      [{ state: 'SUBMITTING', messages: 2, latestDueAt: NOW + 1 }],
      [{ state: 'ACCEPTED', messages: 2, latestDueAt: NOW + 1_000 }],
    ];
    const ims = {
      status: async () => ({ circuitOpenFor: null, oldestDueAt: null }),
      statsAsOf: async () => ({ counts: { QUEUED: 0 }, asOf: null }),
    } as unknown as EmayImsService;
    const messages = { counts: async () => looks.shift() ?? [] };
    // NOW is decades ago.
    const limits = { stalledMs: Infinity, stop: new AbortController().signal, now: async () => NOW };
    const { counts } = await waitForSubmission(ims, messages, limits, () => undefined);
    expect(counts).toMatchObject([{ state: 'ACCEPTED' }]);
  });
});
