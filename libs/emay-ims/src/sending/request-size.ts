import type { Canary } from '../client/index.js';

/** Limit for the doubling of the successes required. */
const MAX_DOUBLINGS = 10;

/**
 * How many messages a request may carry: `maxBatchSize`, or fewer while they may become UNCONFIRMED.
 *
 * - After an unconfirmed request, one message goes, then up to twice as many as have come through: a canary and small requests prove nothing
 *   of large ones, whose answers may be cut off, time out or not fit a proxy.
 * - A size that ended unconfirmed is tried again after one success of the size before it; each further time after twice as many. So a way that
 *   takes only small requests costs a few messages ever more seldom, and one lost answer costs some ten small requests.
 * - On a half-proven address, small means one message.
 */
export class RequestSize {
  private allowed: number;
  /** Whether an outcome was in doubt, and full requests are not allowed since, or not proven. */
  private isCareful = false;
  /** The size that ended unconfirmed last, how often that happened, and how many successes are missing before it is tried again. */
  private failedSize = Infinity;
  private failures = 0;
  private successesWanted = 0;

  constructor(
    private readonly canary: Pick<Canary, 'isHalfProven'>,
    private readonly maxBatchSize: number,
  ) {
    this.allowed = maxBatchSize;
  }

  get limit(): number {
    return this.canary.isHalfProven ? 1 : this.allowed;
  }

  get isSmall(): boolean {
    return this.isCareful || this.limit < this.maxBatchSize;
  }

  unconfirmed(messages: number): void {
    // More than allowed: in flight together with one that has failed, which counts once. A lone message says nothing of larger requests.
    if (messages > 1 && messages <= this.allowed) {
      this.failedSize = messages;
      this.successesWanted = 2 ** Math.min(this.failures++, MAX_DOUBLINGS);
    }
    this.allowed = 1;
    this.isCareful = true;
  }

  succeeded(messages: number): void {
    // A larger request proves nothing: it was in flight before.
    if (!this.isCareful || messages > this.allowed) return;
    if (messages >= this.failedSize && --this.failures === 0) this.failedSize = Infinity;
    this.grow(Math.min(2 * messages, this.maxBatchSize));
    if (this.allowed === this.maxBatchSize && this.failures === 0) this.isCareful = false;
  }

  private grow(size: number): void {
    if (size <= this.allowed) return;
    if (size >= this.failedSize && --this.successesWanted > 0) return;
    this.allowed = size;
  }
}
