import { describe, expect, it } from '@jest/globals';
import { waitingOf } from './submission.js';

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
