import { describe, expect, it } from '@jest/globals';
import type { FigureRow } from '../../figures/figures.js';
import { SPAN_MS, slotOf } from '../../figures/spans.js';
import type { ImsMessageState } from '../../messages/message-state.js';
import type { Figures } from '../figures/figures-source.js';
import { countProvedSent } from './proved-sent.js';

const { minute, hour, day } = SPAN_MS;
const AS_OF = new Date('2026-11-29T10:00:00.000Z');

interface Counted {
  at: number;
  messages: number;
  code?: string;
  state?: ImsMessageState;
}

/** Figures of these messages, counted when they are asked for, in whatever span. */
function figuresOf(counted: readonly Counted[], isKnown = true) {
  const asked: string[] = [];
  const figures = {
    asOf: async () => AS_OF,
    tellsApart: async () => (code: string) => isKnown && code !== 'MADE_UP',
    rows: async ({ span, from, to }: Parameters<Figures['rows']>[0]): Promise<FigureRow[]> => {
      asked.push(span);
      return counted
        .filter(({ at }) => at >= from.getTime() && at < to.getTime())
        .map(({ at, messages, code = 'TIMEOUT', state = 'DELIVERED' }) => ({
          ...{ at: slotOf(span, at), country: null, state, code, took: null, messages },
        }));
    },
  } as unknown as Figures;
  return { figures, asked };
}

const doubts = (createdFrom: number, createdTo = createdFrom, code: string | null = 'TIMEOUT') => ({
  ...{ code, createdFrom, createdTo },
});

describe('how many were proved sent', () => {
  // The middle of a minute and of an hour, whatever the time is now.
  const inMinute = (ago: number) => slotOf('minute', Date.now() - ago) + minute / 2;
  const inHour = (ago: number) => slotOf('hour', Date.now() - ago) + hour / 2;
  const inDay = (ago: number) => slotOf('day', Date.now() - ago) + day / 2;

  it.each([
    ['minute', inMinute(hour), minute],
    ['hour', inHour(24 * hour), hour],
    ['day', inDay(20 * day), day],
  ] as const)('by the %s: those of the same one, none of the next', async (by, at, span) => {
    const counted = [-1, 0, 1].map((offset) => ({ at: at + offset * span, messages: 10 ** (offset + 1) }));
    const { figures } = figuresOf(counted);
    expect(await countProvedSent(figures, [doubts(at)])).toEqual([{ messages: 10, by, asOf: AS_OF }]);
    // The whole of it, to its last millisecond.
    const end = slotOf(by, at) + span - 1;
    const ends = figuresOf([
      { at: end, messages: 5 },
      { at: end + 1, messages: 100 },
    ]);
    expect(await countProvedSent(ends.figures, [doubts(at)])).toMatchObject([{ messages: 5 }]);
    const [both] = await countProvedSent(figures, [doubts(at - span, at)]);
    expect(both).toEqual({ messages: 11, by, asOf: AS_OF });
  });

  it('over all spans: each message once, and told by the coarsest', async () => {
    const [old, recent, now] = [inDay(20 * day), inHour(24 * hour), inMinute(hour)];
    const { figures, asked } = figuresOf([old, recent, now].map((at) => ({ at, messages: 1 })));
    expect(await countProvedSent(figures, [doubts(old, now), doubts(recent, now), doubts(now)])).toEqual([
      { messages: 3, by: 'day', asOf: AS_OF },
      { messages: 2, by: 'hour', asOf: AS_OF },
      { messages: 1, by: 'minute', asOf: AS_OF },
    ]);
    // Once for all of them.
    expect(asked.toSorted()).toEqual(['day', 'hour', 'minute']);
  });

  it('of those that a report was applied to, with the same code', async () => {
    const at = inMinute(hour);
    const states: ImsMessageState[] = ['DELIVERED', 'UNDELIVERABLE', 'REJECTED', 'UNKNOWN', 'UNCONFIRMED', 'ACCEPTED'];
    const counted = states.map((state, index) => ({ at, state, messages: 10 ** index }));
    const { figures } = figuresOf([...counted, { at, messages: 7, code: 'ECONNRESET' }]);
    expect(await countProvedSent(figures, [doubts(at), doubts(at, at, 'ECONNRESET')])).toMatchObject([
      { messages: 1_111 },
      { messages: 7 },
    ]);
  });

  it('is not known, not 0: without a code, with that of all others, or one that is not counted apart', async () => {
    const at = inMinute(hour);
    const codes = [null, 'SUCCESS', 'MADE_UP', 'TIMEOUT'];
    const given = codes.map((code) => doubts(at, at, code));
    const { figures } = figuresOf([{ at, messages: 3 }]);
    expect(await countProvedSent(figures, given)).toMatchObject([null, null, null, { messages: 3 }]);
    expect(await countProvedSent(figuresOf([], false).figures, [doubts(at)])).toEqual([null]);
    expect(await countProvedSent(figures, [])).toEqual([]);
  });
});
