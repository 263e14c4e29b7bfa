import { describe, expect, it } from '@jest/globals';
import { canMove, STEPS } from '../../../../test/support/legal-steps.js';
import { IMS_MESSAGE_STATES, isFinal, STATE_RANK } from './message-state.js';

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
