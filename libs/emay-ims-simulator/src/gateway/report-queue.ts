import { DueMoment, type QueuedReport } from './due-moment.js';

/**
 * The reports of one account by due time, those of the same millisecond in the order they were added.
 * - Nothing runs until a pull asks, so a million waiting reports cost no timers.
 * - Reading is destructive: what `takeDue` returns is gone.
 * - What was taken can be put back, to where it was.
 * - Beyond its limit the report that is due first is dropped, and counted: nobody seems to fetch them.
 * - A binary heap of moments, not of reports: the reports of a call mostly fall due together.
 */
export class ReportQueue<S, P> {
  private heap: DueMoment<S, P>[] = [];
  private readonly moments = new Map<number, DueMoment<S, P>>();
  private latest: DueMoment<S, P> | undefined;
  private waiting = 0;
  private added = 0;
  private droppedReports = 0;

  constructor(private readonly limit = Infinity) {}

  get size(): number {
    return this.waiting;
  }

  get dropped(): number {
    return this.droppedReports;
  }

  add(dueAt: number, subject: S, plan: P): void {
    this.put(dueAt, subject, plan, this.added++);
    if (this.waiting > this.limit) {
      this.removeFirst();
      this.droppedReports++;
    }
  }

  clear(): void {
    this.setMoments([]);
    this.droppedReports = 0;
  }

  /** At most `limit` reports that are due at `now`. */
  takeDue(now: number, limit: number): QueuedReport<S, P>[] {
    const taken: QueuedReport<S, P>[] = [];
    while (taken.length < limit && this.heap.length > 0 && this.heap[0]!.dueAt <= now) {
      taken.push(this.removeFirst());
    }
    return taken;
  }

  /** Makes every report due at `now` that was not due yet, and returns how many. */
  release(now: number): number {
    const late = this.heap.filter(({ dueAt }) => dueAt > now).reduce((sum, { length }) => sum + length, 0);
    if (late === 0) return 0;
    const merged = this.heap.filter(({ dueAt }) => dueAt >= now).flatMap((moment) => moment.entries());
    this.setMoments(this.heap.filter(({ dueAt }) => dueAt < now));
    this.putInOrder(merged.map((report) => ({ ...report, dueAt: now })));
    return late;
  }

  /** Undoes `takeDue`: the reports wait again where they stood. */
  putBack(taken: readonly QueuedReport<S, P>[]): void {
    const moments = new Set(taken.map(({ dueAt }) => dueAt));
    const merged = this.heap.filter(({ dueAt }) => moments.has(dueAt)).flatMap((moment) => moment.entries());
    this.setMoments(this.heap.filter(({ dueAt }) => !moments.has(dueAt)));
    this.putInOrder([...merged, ...taken]);
  }

  /** Takes out every report with such a plan, due or not, and returns them. */
  remove(isOut: (plan: P) => boolean): QueuedReport<S, P>[] {
    const waiting = this.list();
    const removed = waiting.filter(({ plan }) => isOut(plan));
    if (removed.length === 0) return removed;
    this.setMoments([]);
    this.putInOrder(waiting.filter(({ plan }) => !isOut(plan)));
    return removed;
  }

  /** The first `count` in the order in which they fall due. */
  list(count = Infinity): QueuedReport<S, P>[] {
    const listed: QueuedReport<S, P>[] = [];
    for (const moment of this.heap.toSorted(compare)) {
      if (listed.length >= count) break;
      for (const report of moment.entries(count - listed.length)) listed.push(report);
    }
    return listed;
  }

  private putInOrder(reports: readonly QueuedReport<S, P>[]): void {
    for (const { dueAt, subject, plan, sequence } of reports.toSorted(
      (left, right) => left.sequence - right.sequence,
    )) {
      this.put(dueAt, subject, plan, sequence);
    }
  }

  private put(dueAt: number, subject: S, plan: P, sequence: number): void {
    this.waiting++;
    // The next report mostly falls due with the one before it: no look-up then.
    if (this.latest?.dueAt !== dueAt) this.latest = this.moments.get(dueAt);
    if (this.latest) this.latest.add(subject, plan, sequence);
    else this.insert(new DueMoment(dueAt, subject, plan, sequence));
  }

  private insert(moment: DueMoment<S, P>): void {
    const { heap } = this;
    this.moments.set(moment.dueAt, moment);
    let index = heap.push(moment) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent]!;
      if (above.dueAt <= moment.dueAt) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = moment;
  }

  private removeFirst(): QueuedReport<S, P> {
    const moment = this.heap[0]!;
    const report = moment.shift();
    this.waiting--;
    if (moment.length === 0) this.removeFirstMoment();
    return report;
  }

  private removeFirstMoment(): void {
    const { heap } = this;
    const first = heap[0]!;
    this.moments.delete(first.dueAt);
    if (this.latest === first) this.latest = undefined;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.dueAt < heap[child]!.dueAt) child++;
      if (heap[child]!.dueAt >= last.dueAt) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  }

  private setMoments(moments: DueMoment<S, P>[]): void {
    // A sorted array is a heap.
    this.heap = moments.toSorted(compare);
    this.latest = undefined;
    this.moments.clear();
    for (const moment of moments) this.moments.set(moment.dueAt, moment);
    this.waiting = moments.reduce((sum, { length }) => sum + length, 0);
  }
}

function compare<S, P>(left: DueMoment<S, P>, right: DueMoment<S, P>): number {
  return left.dueAt - right.dueAt;
}
