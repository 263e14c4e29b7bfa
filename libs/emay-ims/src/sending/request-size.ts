import type { Canary } from '../client/index.js';

/** Of a request on a way that is proven, and has spoilt a request before. */
const CAREFUL_SIZE = 10;
/** Beyond so many doubts, no more successes are asked for. */
const MAX_DOUBLINGS = 10;

/**
 * How many messages a request may carry: as many as the option says, fewer where what it carries may be lost.
 *
 * - After an answer that proves nothing, small requests go until one of them succeeds. Each further time twice as many have to:
 *   a proxy that spoils only large requests would else cost a full one every few seconds.
 * - Where nothing vouches for the way, one message goes first.
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

  /** Of a request that was larger, and perhaps under way before, it proves nothing. */
  succeeded(messages: number): void {
    if (messages <= CAREFUL_SIZE && this.successesWanted > 0) this.successesWanted--;
  }
}
