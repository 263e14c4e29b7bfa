import type { FigureRow } from '../../figures/figures.js';
import { percentileMs, TOOK_BUCKETS } from '../../figures/took.js';
import { IMS_MESSAGE_STATES, isFinal } from '../../messages/message-state.js';
import type { CodeCount, Latency, Series, StateCounts } from '../api/figures.js';
import type { Slots } from './range.js';

const MOST_CODES = 20;

export function noCounts(): StateCounts {
  return Object.fromEntries(IMS_MESSAGE_STATES.map((state) => [state, 0])) as StateCounts;
}

export function countsOf(rows: readonly FigureRow[]): StateCounts {
  const counts = noCounts();
  for (const { state, messages } of rows) counts[state] += messages;
  return counts;
}

export function totalOf(counts: StateCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** DELIVERED of those that were submitted and are final; `null`: none is. */
export function deliveredShareOf(counts: StateCounts): number | null {
  const ended = IMS_MESSAGE_STATES.filter((state) => isFinal(state) && state !== 'CANCELLED' && state !== 'EXPIRED');
  const all = ended.reduce((sum, state) => sum + counts[state], 0);
  return all === 0 ? null : counts.DELIVERED / all;
}

export function latencyOf(rows: readonly FigureRow[]): Latency {
  const buckets: number[] = Array<number>(TOOK_BUCKETS).fill(0);
  for (const { took, messages } of rows) if (took !== null) buckets[took] = (buckets[took] ?? 0) + messages;
  const delivered = buckets.reduce((sum, count) => sum + count, 0);
  return { p50Ms: percentileMs(buckets, 0.5), p95Ms: percentileMs(buckets, 0.95), delivered };
}

export function codesOf(rows: readonly FigureRow[]): CodeCount[] {
  const counts = new Map<string, number>();
  for (const { code, messages } of rows) {
    if (code !== null && code !== '' && code !== 'SUCCESS') counts.set(code, (counts.get(code) ?? 0) + messages);
  }
  return [...counts]
    .map(([code, messages]) => ({ code, messages }))
    .toSorted((one, other) => other.messages - one.messages || (one.code < other.code ? -1 : 1))
    .slice(0, MOST_CODES);
}

export function seriesOf(rows: readonly FigureRow[], { slotMs, from, count }: Slots): Series {
  const bySlot = groupedBy(rows, ({ at }) => at - (at % slotMs));
  const points = Array.from({ length: count }, (_, index) => {
    const at = from + index * slotMs;
    const own = bySlot.get(at) ?? [];
    const states = Object.fromEntries(Object.entries(countsOf(own)).filter(([, messages]) => messages > 0));
    const { p50Ms, p95Ms } = latencyOf(own);
    return { at, states, p50Ms, p95Ms };
  });
  return { slotMs, from, points };
}

export function groupedBy<Key>(rows: readonly FigureRow[], keyOf: (row: FigureRow) => Key): Map<Key, FigureRow[]> {
  const groups = new Map<Key, FigureRow[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}
