import type { Canary } from '../client/index.js';

/** Messages in a small request, after a request ended unconfirmed. */
const CAREFUL_SIZE = 10;
/** Limit for the doubling of the successes required. */
const MAX_DOUBLINGS = 10;

/**
 * How many messages a request may carry: `maxBatchSize`, or fewer while they may become UNCONFIRMED.
 *
 * - After an unconfirmed request, small ones go until one succeeds. Each further time twice as many must: otherwise a proxy that spoils only
 *   large requests would cost a full one every few seconds.
 * - On a half-proven address, and without canaries, small means one message.
 */
export class RequestSize {
  private unconfirmedRequests = 0;
  private successesWanted = 0;

  constructor(
    private readonly canary: Pick<Canary, 'isHalfProven'>,
    private readonly options: { maxBatchSize: number; canary: boolean },
  ) {}

  get limit(): number {
    const { maxBatchSize, canary } = this.options;
    if (this.canary.isHalfProven) return 1;
    if (this.successesWanted === 0) return maxBatchSize;
    return canary ? Math.min(CAREFUL_SIZE, maxBatchSize) : 1;
  }

  get isSmall(): boolean {
    return this.limit < this.options.maxBatchSize || this.successesWanted > 0;
  }

  unconfirmed(): void {
    this.successesWanted = 2 ** Math.min(this.unconfirmedRequests++, MAX_DOUBLINGS);
  }

  /** A larger request proves nothing: it may have been in flight before. */
  succeeded(messages: number): void {
    if (messages <= CAREFUL_SIZE && this.successesWanted > 0) this.successesWanted--;
  }
}
