import { createHash } from 'node:crypto';
import type { DeliveryReport } from '../protocol/index.js';
import type { PageReading } from './page/page-reader.js';

/** Pages that a gateway may hand out in turns. */
const REMEMBERED = 64;

/**
 * Counts how often each page has come since the gateway's queue was last emptied: by one without reports, or by one that is not full. A
 * gateway whose queue is stuck hands out the same page at each poll, or several in turns.
 */
export class RepeatedPages {
  /** By what it says, see `contentOf`. */
  private readonly counts = new Map<string, number>();

  /** Whether it has come before; remembers it. */
  hasCome(hash: string, isFull: boolean): boolean {
    if (this.counts.has(hash)) return true;
    if (!isFull || this.counts.size >= REMEMBERED) this.counts.clear();
    this.counts.set(hash, 0);
    return false;
  }

  /** Counts one that has been applied; resolves to how often it has been. */
  count(hash: string): number {
    const count = (this.counts.get(hash) ?? 0) + 1;
    this.counts.set(hash, count);
    return count;
  }

  forget(): void {
    this.counts.clear();
  }
}

/** The gateway hands out no more. */
const MOST_ITEMS = 1_000;

/**
 * What a page with reports says: the same in whatever order they stand, and whatever stands beside them, such as the time of the answer.
 * Of a page longer than any that the gateway makes, the bytes count.
 */
export async function contentOf(body: Buffer, reading: PageReading): Promise<string> {
  if (reading.items > MOST_ITEMS) return hashOf(body);
  const items: string[] = [];
  for await (const { reports, malformed } of reading.parts()) {
    for (const report of reports) items.push(nameOf(report));
    for (const { raw } of malformed) items.push(raw);
  }
  return createHash('sha1').update(items.toSorted().join('\n')).digest('base64');
}

/** Not its times, unless nothing else names it: a gateway may write anew when it has handed it out. */
function nameOf({ customImsId, imsId, mobile, state, receiveTimeText, submitTimeText }: DeliveryReport): string {
  const times = customImsId === null && imsId === null ? `\0${receiveTimeText}\0${submitTimeText}` : '';
  return `${customImsId}\0${imsId}\0${mobile}\0${state}${times}`;
}

/** @param headers what the bytes are read by */
export function hashOf(body: Buffer, ...headers: (string | null)[]): string {
  return createHash('sha1').update(body).update(headers.join('\n')).digest('base64');
}
