/** How long a page may be searched for, in ms. */
export const SEARCH_BUDGET_MS = 80;

/** Tells when a search has taken its time. */
export class TimeBudget {
  private readonly endsAt: number;

  constructor(
    ms = SEARCH_BUDGET_MS,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.endsAt = clock() + ms;
  }

  get isSpent(): boolean {
    return this.clock() >= this.endsAt;
  }
}
