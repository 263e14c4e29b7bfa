interface Due<T> {
  dueAt: number;
  /** Ties are handed out in the order they were added. */
  readonly sequence: number;
  readonly report: T;
}

/**
 * The reports of one account, a binary heap by due time.
 * - Nothing runs until a pull asks, so a million waiting reports cost no timers.
 * - Reading is destructive: what `takeDue` returns is gone.
 * - Beyond its limit the report that is due first is dropped, and counted: nobody seems to fetch them.
 */
export class ReportQueue<T> {
  private heap: Due<T>[] = [];
  private added = 0;
  private droppedReports = 0;

  constructor(private readonly limit = Infinity) {}

  get size(): number {
    return this.heap.length;
  }

  get dropped(): number {
    return this.droppedReports;
  }

  add(dueAt: number, report: T): void {
    const { heap } = this;
    const entry: Due<T> = { dueAt, sequence: this.added++, report };
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent]!;
      if (!isBefore(entry, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
    if (heap.length > this.limit) {
      this.removeFirst();
      this.droppedReports++;
    }
  }

  clear(): void {
    this.heap = [];
    this.droppedReports = 0;
  }

  /** At most `limit` reports that are due at `now`, with the time at which each fell due. */
  takeDue(now: number, limit: number): { report: T; dueAt: number }[] {
    const taken: { report: T; dueAt: number }[] = [];
    while (taken.length < limit && this.heap.length > 0 && this.heap[0]!.dueAt <= now) {
      const { report, dueAt } = this.removeFirst();
      taken.push({ report, dueAt });
    }
    return taken;
  }

  /** Makes every report due at `now` that was not due yet, and returns how many. */
  release(now: number): number {
    let released = 0;
    for (const entry of this.heap) {
      if (entry.dueAt <= now) continue;
      entry.dueAt = now;
      released++;
    }
    // A sorted array is a heap.
    this.heap.sort(compare);
    return released;
  }

  /** In the order in which they fall due. */
  list(): { report: T; dueAt: number }[] {
    return this.heap.toSorted(compare).map(({ report, dueAt }) => ({ report, dueAt }));
  }

  private removeFirst(): Due<T> {
    const { heap } = this;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function compare<T>(left: Due<T>, right: Due<T>): number {
  return left.dueAt - right.dueAt || left.sequence - right.sequence;
}

function isBefore<T>(left: Due<T>, right: Due<T>): boolean {
  return left.dueAt < right.dueAt || (left.dueAt === right.dueAt && left.sequence < right.sequence);
}
