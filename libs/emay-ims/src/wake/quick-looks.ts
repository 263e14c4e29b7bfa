const SHORTEST_MS = 20;

/**
 * Looks again soon after a look has found what nobody announced: more may follow, from another process or a transaction of the host's.
 * Each pause is twice the one before, up to the interval at which the account looks anyway: an idle one costs nothing more.
 */
export class QuickLooks {
  private timer: NodeJS.Timeout | undefined;
  private pauseMs = 0;

  constructor(
    private readonly intervalMs: number,
    private readonly look: () => void,
  ) {}

  found(): void {
    this.plan(SHORTEST_MS);
  }

  foundNothing(): void {
    if (this.pauseMs > 0) this.plan(this.pauseMs * 2);
  }

  stop(): void {
    this.plan(Infinity);
  }

  private plan(pauseMs: number): void {
    clearTimeout(this.timer);
    this.pauseMs = pauseMs < this.intervalMs ? pauseMs : 0;
    if (this.pauseMs > 0) this.timer = setTimeout(this.look, this.pauseMs).unref();
  }
}
