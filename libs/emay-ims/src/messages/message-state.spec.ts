import { describe, expect, it } from '@jest/globals';
import { canMove, STEPS } from '../../../../test/support/legal-steps.js';
import { IMS_MESSAGE_STATES, isFinal, mayHaveBeenAccepted, rankForReports, STATE_RANK } from './message-state.js';

describe('the states of a message', () => {
  it('are all in the table of legal steps, each with every other', () => {
    const pairs = IMS_MESSAGE_STATES.flatMap((from) => IMS_MESSAGE_STATES.map((to) => [from, to]));
    expect(STEPS.map(({ from, to }) => [from, to])).toEqual(pairs);
  });

  it('only rise in rank, but for what provably was not sent', () => {
    const falling = STEPS.filter(({ from, to, isLegal }) => isLegal && STATE_RANK[to] <= STATE_RANK[from]);
    expect(falling.map(({ from, to }) => [from, to])).toEqual([
      ['SUBMITTING', 'QUEUED'],
      ['UNCONFIRMED', 'QUEUED'],
    ]);
  });

  it('rise to every higher result of the gateway, from wherever the message may have left', () => {
    const results = ['UNKNOWN', 'REJECTED', 'UNDELIVERABLE', 'DELIVERED'] as const;
    for (const from of IMS_MESSAGE_STATES) {
      for (const to of results) expect(canMove(from, to)).toBe(STATE_RANK[to] > STATE_RANK[from]);
    }
  });

  it('have ranks that tell them apart, but for the two of a message that never left', () => {
    const ranks = IMS_MESSAGE_STATES.map((state) => STATE_RANK[state]);
    expect(ranks).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 8]);
    expect(Object.isFrozen(STATE_RANK)).toBe(true);
  });

  it('give way to a report where they ended in the queue after an attempt', () => {
    for (const state of IMS_MESSAGE_STATES) {
      expect(rankForReports({ state, attempts: 0 })).toBe(STATE_RANK[state]);
      const isEnded = state === 'CANCELLED' || state === 'EXPIRED';
      expect(rankForReports({ state, attempts: 1 })).toBe(isEnded ? STATE_RANK.ACCEPTED : STATE_RANK[state]);
    }
  });

  it.each([
    [0, null, false],
    [1, 'token', false],
    [1, null, true],
    [2, 'token', true],
    [2, null, true],
  ])(
    'of the queue, after %d attempts of which the last is %p: may have been accepted? %p',
    (attempts, attempt, may) => {
      expect(mayHaveBeenAccepted({ attempts, attempt })).toBe(may);
    },
  );

  it('are final from REJECTED on', () => {
    expect(IMS_MESSAGE_STATES.filter(isFinal)).toEqual([
      'REJECTED',
      'UNDELIVERABLE',
      'DELIVERED',
      'CANCELLED',
      'EXPIRED',
    ]);
  });
});
