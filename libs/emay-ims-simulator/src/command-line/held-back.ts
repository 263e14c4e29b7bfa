import type { ReceivedRequest } from '../oracle/records.js';
import { outcomeOf, withoutControls } from './request-line.js';

const LINES_A_SECOND = 50;
const OUTCOMES_NAMED = 5;

/** Lets so many lines a second through that a person can still follow, and sums up the others. */
export class HeldBack {
  private second = 0;
  private lines = 0;
  private readonly outcomes = new Map<string, number>();

  /** Whether a request of this moment gets a line of its own. `summary` of the second before must have been asked for. */
  admits(request: ReceivedRequest, now: number): boolean {
    const second = Math.floor(now / 1000);
    if (second !== this.second) {
      this.second = second;
      this.lines = 0;
    }
    if (++this.lines <= LINES_A_SECOND) return true;
    const outcome = outcomeOf(request);
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    return false;
  }

  /** What was held back in a second that is over. */
  summary(now: number): string | undefined {
    if (this.outcomes.size === 0 || Math.floor(now / 1000) === this.second) return undefined;
    const counts = [...this.outcomes].toSorted(([, left], [, right]) => right - left);
    this.outcomes.clear();
    const named = counts.slice(0, OUTCOMES_NAMED).map(([outcome, count]) => `${count} ${outcome}`);
    const others = sum(counts.slice(OUTCOMES_NAMED));
    if (others > 0) named.push(`${others} others`);
    const more = sum(counts);
    return withoutControls(`... ${more} more request${more === 1 ? '' : 's'} in this second: ${named.join(', ')}`);
  }
}

function sum(counts: readonly (readonly [string, number])[]): number {
  return counts.reduce((total, [, count]) => total + count, 0);
}
