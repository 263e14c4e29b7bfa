import { createHash } from 'node:crypto';

/** Pages that a gateway may hand out in turns. */
const REMEMBERED = 64;

/**
 * Counts how often each page has come since the gateway's queue was last emptied: by one without reports, or by one that is not full. A
 * gateway whose queue is stuck hands out the same page at each poll, or several in turns.
 */
export class RepeatedPages {
  /** By the hash of its body. */
  private readonly counts = new Map<string, number>();

  /** Whether it has come before; remembers it. */
  hasCome(body: Buffer, isFull: boolean): boolean {
    const hash = hashOf(body);
    if (this.counts.has(hash)) return true;
    if (!isFull || this.counts.size >= REMEMBERED) this.counts.clear();
    this.counts.set(hash, 0);
    return false;
  }

  /** Counts one that has been applied; resolves to how often it has been. */
  count(body: Buffer): number {
    const hash = hashOf(body);
    const count = (this.counts.get(hash) ?? 0) + 1;
    this.counts.set(hash, count);
    return count;
  }

  forget(): void {
    this.counts.clear();
  }
}

/** @param headers what the bytes are read by */
export function hashOf(body: Buffer, ...headers: (string | null)[]): string {
  return createHash('sha1').update(body).update(headers.join('\n')).digest('base64');
}
