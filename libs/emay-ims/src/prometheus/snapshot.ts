const COST_FACTOR = 20;

/**
 * Something costly to know, asked for at most once at a time and kept for a while: for `cacheMs`, or twenty times as long
 * as it took where that is longer.
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
      this.value = this.ask().finally(() => {
        const now = this.clock();
        this.staleAt = now + Math.max(this.cacheMs, COST_FACTOR * (now - began));
      });
    }
    return this.value;
  }
}
