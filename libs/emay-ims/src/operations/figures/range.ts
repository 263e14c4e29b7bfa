import type { Range } from '../api/figures.js';
import { violation } from '../page-token.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** A range by its slots. */
export interface Slots {
  span: 'minute' | 'hour' | 'day';
  slotMs: number;
  /** Start of the first, in epoch ms. */
  from: number;
  count: number;
}

const SLOTS = {
  '1h': { span: 'minute', slotMs: MINUTE_MS, count: 60 },
  '24h': { span: 'hour', slotMs: HOUR_MS, count: 24 },
  '7d': { span: 'hour', slotMs: HOUR_MS, count: 168 },
  '30d': { span: 'day', slotMs: DAY_MS, count: 30 },
} as const satisfies Record<Range, Omit<Slots, 'from'>>;

/** The slots of a range that ends now: the last is the one under way. @throws EmayImsValidationError for a range that is none */
export function slotsOf(range: Range, now = Date.now()): Slots {
  if (!Object.hasOwn(SLOTS, range)) throw violation('range', `must be one of ${Object.keys(SLOTS).join(', ')}`);
  const { span, slotMs, count } = SLOTS[range];
  return { span, slotMs, count, from: now - (now % slotMs) - (count - 1) * slotMs };
}

/** Length of a range in hours. */
export function hoursOf({ slotMs, count }: Slots): number {
  return (slotMs * count) / HOUR_MS;
}
