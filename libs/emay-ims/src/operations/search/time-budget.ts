/** How long a page may be searched for, in ms; its last step and its figures come on top. */
export const SEARCH_BUDGET_MS = 50;
/**
 * Messages read one after the other in one step: 1 ms where the database has their rows in memory, and up to 15 ms where it
 * reads each from a disk's cache. Longer steps are hardly faster, and the time of a page could not be kept.
 */
export const SEARCH_STEP = 250;

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
