/** How long a slot of figures is; `all`: the one slot of everything there is. */
export type Span = 'minute' | 'hour' | 'day' | 'all';
/** What is counted at a time: messages created in it. */
export type Unit = 'minute' | 'hour';

export const SPAN_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
/** The slot of `all`. */
export const ALL = 0;
/** Behind every message: the end of a range that has none. */
export const NO_END = Number.MAX_SAFE_INTEGER;

/** The beginning of the slot that a time is in, in epoch ms. */
export function slotOf(span: Exclude<Span, 'all'>, time: number): number {
  return time - (time % SPAN_MS[span]);
}

/** A range of whole units: from the beginning of one to that of another. */
export interface UnitRange {
  unit: Unit;
  from: number;
  to: number;
}
