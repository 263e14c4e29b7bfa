const WINDOW_MS = 1000;

/** Lets `limit` calls through in any second. Calls that it turns away do not count (assumed). */
export class PaceLimit {
  private readonly passedAt: number[] = [];
  private next = 0;

  constructor(private readonly limit: number) {}

  pass(now: number): boolean {
    if (this.limit === Infinity) return true;
    const earliest = this.passedAt[this.next];
    if (earliest !== undefined && now - earliest < WINDOW_MS && now >= earliest) return false;
    this.passedAt[this.next] = now;
    this.next = (this.next + 1) % this.limit;
    return true;
  }

  /** Forgets the calls so far. */
  clear(): void {
    this.passedAt.length = 0;
    this.next = 0;
  }
}
