import { SPAN_MS, slotOf } from '../../figures/spans.js';
import type { ImsMessageState } from '../../messages/message-state.js';
import type { ProvedSent } from '../api/proved-sent.js';
import type { Figures } from '../figures/figures-source.js';

/** The minutes of so long, the hours of so long, and days before. */
const BY_MINUTE_MS = 3 * SPAN_MS.hour;
const BY_HOUR_MS = 7 * SPAN_MS.day;
/** States of messages that a report has been applied to. */
const REPORTED: readonly ImsMessageState[] = ['DELIVERED', 'UNDELIVERABLE', 'REJECTED', 'UNKNOWN'];

/** Messages in doubt of one code, by their creation. */
export interface DoubtsOfCode {
  code: string | null;
  createdFrom: number;
  createdTo: number;
}

/** Counts those of each that were proved sent; `null`: not known. Reads the figures once for all, as there may be many. */
export async function countProvedSent(
  figures: Figures,
  doubts: readonly DoubtsOfCode[],
): Promise<(ProvedSent | null)[]> {
  if (doubts.length === 0) return [];
  const now = Date.now();
  const [hoursFrom, minutesFrom] = [slotOf('day', now - BY_HOUR_MS), slotOf('hour', now - BY_MINUTE_MS)];
  const from = Math.min(...doubts.map(({ createdFrom }) => createdFrom));
  const end = Math.max(...doubts.map(({ createdTo }) => createdTo)) + 1;
  const parts = [
    { span: 'day', from, to: Math.min(end, hoursFrom) },
    { span: 'hour', from: Math.max(from, hoursFrom), to: Math.min(end, minutesFrom) },
    { span: 'minute', from: Math.max(from, minutesFrom), to: end },
  ] as const;
  const [asOf, tells, ...slots] = await Promise.all([
    figures.asOf(),
    figures.tellsApart(),
    ...parts.filter((part) => part.from < part.to).map((part) => reportedSlots(figures, part)),
  ]);
  return doubts.map(({ code, createdFrom, createdTo }) => {
    // Whatever was accepted as usual has the code SUCCESS.
    if (code === null || code === 'SUCCESS' || !tells(code)) return null;
    const proved = slots.flat().filter((slot) => slot.code === code && slot.from <= createdTo && slot.to > createdFrom);
    const by = createdFrom < hoursFrom ? 'day' : createdFrom < minutesFrom ? 'hour' : 'minute';
    return { messages: proved.reduce((sum, { messages }) => sum + messages, 0), by, asOf };
  });
}

/** Messages that were created in a slot, and reported. Whole slots: where there are few messages, figures count to the millisecond. */
async function reportedSlots(
  figures: Figures,
  { span, from, to }: { span: 'minute' | 'hour' | 'day'; from: number; to: number },
) {
  const range = { from: new Date(slotOf(span, from)), to: new Date(slotOf(span, to - 1) + SPAN_MS[span]) };
  const rows = await figures.rows({ span, ...range, by: ['code'] });
  return rows
    .filter(({ state }) => REPORTED.includes(state))
    .map(({ code, at, messages }) => ({ code, messages, from: at, to: at + SPAN_MS[span] }));
}
