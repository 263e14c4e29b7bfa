import { describe, expect, it } from '@jest/globals';
import { canMove, IMS_MESSAGE_STATES, isFinal, STATE_RANK, type ImsMessageState } from './message-state.js';

/** Every legal step, written out once more: from the row to the column marked x. */
const TABLE = `
                QUEUED SUBMITTING UNCONFIRMED ACCEPTED UNKNOWN REJECTED UNDELIVERABLE DELIVERED CANCELLED EXPIRED
QUEUED          .      x          x           .        x       x        x             x         x         x
SUBMITTING      x      .          x           x        x       x        x             x         .         .
UNCONFIRMED     x      .          .           x        x       x        x             x         .         .
ACCEPTED        .      .          .           .        x       x        x             x         .         .
UNKNOWN         .      .          .           .        .       x        x             x         .         .
REJECTED        .      .          .           .        .       .        x             x         .         .
UNDELIVERABLE   .      .          .           .        .       .        .             x         .         .
DELIVERED       .      .          .           .        .       .        .             .         .         .
CANCELLED       .      .          .           .        .       .        .             .         .         .
EXPIRED         .      .          .           .        .       .        .             .         .         .
`;

const [header, ...lines] = TABLE.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));
const PAIRS = lines.flatMap(([from, ...marks]) =>
  marks.map((mark, index) => [from as ImsMessageState, header?.[index] as ImsMessageState, mark === 'x'] as const),
);

describe('the states of a message', () => {
  it('are all in the table, each with every other', () => {
    expect(header).toEqual([...IMS_MESSAGE_STATES]);
    expect(lines.map(([from]) => from)).toEqual([...IMS_MESSAGE_STATES]);
    expect(PAIRS).toHaveLength(IMS_MESSAGE_STATES.length ** 2);
  });

  it.each(PAIRS)('%s to %s: %s', (from, to, isLegal) => {
    expect(canMove(from, to)).toBe(isLegal);
  });

  it('only rise in rank, but for what provably was not sent', () => {
    const falling = PAIRS.filter(([from, to, isLegal]) => isLegal && STATE_RANK[to] <= STATE_RANK[from]);
    expect(falling).toEqual([
      ['SUBMITTING', 'QUEUED', true],
      ['UNCONFIRMED', 'QUEUED', true],
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
