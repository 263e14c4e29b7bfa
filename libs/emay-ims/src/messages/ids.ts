import { randomFillSync } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';

const BYTES_PER_ID = 16;
/** Drawn for many ids at a time: one by one they cost more than everything else about an id. */
const pool = Buffer.alloc(256 * BYTES_PER_ID);
let drawn = pool.length;
/** Where each id is put together: its own buffer and a text with hyphens would cost ten times as much memory. */
const bytes = Buffer.alloc(BYTES_PER_ID);
/** A clock that was set back by more is followed: an id tells when it was made. The random part keeps ids apart. */
const FOLLOWED_MS = 10_000;
let msecs = 0;
let seq = 0;

/** A new `customImsId`: 32 characters, time-ordered, so neighbours in time are neighbours in the index. */
export function newCustomImsId(): string {
  if (drawn === pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  const random = pool.subarray(drawn, (drawn += BYTES_PER_ID));
  const now = Date.now();
  // Within a millisecond, or when the clock goes back a little, the sequence goes on; it starts in the lower half of its range.
  if (now > msecs || now < msecs - FOLLOWED_MS) [msecs, seq] = [now, random.readUInt32BE(0) >>> 1];
  else seq++;
  return uuidv7({ random, msecs, seq }, bytes).toString('hex');
}

/** What no id or token made at this time or later comes before: epoch milliseconds in 12 hex digits. */
export function firstIdOf(instant: number): string {
  return Math.floor(instant).toString(16).padStart(12, '0');
}

/** A new token for an attempt, a page of reports or a lease holder. */
export const newToken = newCustomImsId;
