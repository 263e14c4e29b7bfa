import type { WireTime } from '../wire/wire-time.js';

/**
 * Hands out message ids: 20 digits, unique and increasing, as in the document's §2.1.2.2.
 * - The day of the start, then a 12-digit number that begins at ten thousand times the millisecond of that day, so a
 *   simulator started later on the same day goes on above an earlier one.
 * - Beyond 2^53 on purpose: a client that reads an id as a number loses digits here as it would there.
 */
export class ImsIds {
  private readonly day: string;
  private next: number;

  constructor(startedAt: number, time: WireTime) {
    this.day = time.timestamp(startedAt).slice(0, 8);
    this.next = time.millisecondOfDay(startedAt) * 10_000;
  }

  take(): string {
    return this.day + String(this.next++).padStart(12, '0');
  }
}
