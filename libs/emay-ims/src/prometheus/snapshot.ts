const COST_FACTOR = 20;

/**
 * Something costly to know, asked for at most once at a time and kept for a while: for `cacheMs`, or twenty times as long
 * as it took where that is longer. A failure is kept for `cacheMs`, as it may have taken as long as a deadline.
 */
export class Snapshot<Value> {
  private value: Promise<Value> | null = null;
  private staleAt = Infinity;

  constructor(
    private readonly ask: () => Promise<Value>,
    private readonly cacheMs: number,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  get(): Promise<Value> {
    if (this.value === null || this.clock() >= this.staleAt) {
      const began = this.clock();
      this.staleAt = Infinity; // While it is being asked for, everybody waits for the same.
      this.value = this.ask();
      void this.value.then(
        () => this.keepFor(Math.max(this.cacheMs, COST_FACTOR * (this.clock() - began))),
        () => this.keepFor(this.cacheMs),
      );
    }
    return this.value;
  }

  private keepFor(ms: number): void {
    this.staleAt = this.clock() + ms;
  }
}
