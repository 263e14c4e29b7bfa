/** How long a page may be searched for, in ms. */
export const SEARCH_BUDGET_MS = 80;

/** Tells when a search has taken its time. */
export class TimeBudget {
  private readonly endsAt: number;

  constructor(ms = SEARCH_BUDGET_MS) {
    this.endsAt = performance.now() + ms;
  }

  get isSpent(): boolean {
    return performance.now() >= this.endsAt;
  }
}
