import { expect, it } from '@jest/globals';
import { seededRandom } from './random.js';
import { ReportQueue } from './report-queue.js';

/** What the queue should be: a list, sorted whenever it is asked. */
class SortedList {
  private entries: { report: number; dueAt: number }[] = [];

  add(dueAt: number, report: number): void {
    this.entries.push({ report, dueAt });
  }

  takeDue(now: number, limit: number) {
    const taken = this.list()
      .filter(({ dueAt }) => dueAt <= now)
      .slice(0, limit);
    this.entries = this.entries.filter(({ report }) => !taken.some((entry) => entry.report === report));
    return taken;
  }

  release(now: number): number {
    const late = this.entries.filter(({ dueAt }) => dueAt > now);
    for (const entry of late) entry.dueAt = now;
    return late.length;
  }

  list() {
    return this.entries
      .map((entry) => ({ ...entry }))
      .toSorted((left, right) => left.dueAt - right.dueAt || left.report - right.report);
  }
}

it('behaves as a sorted list under any mixture of calls', () => {
  const random = seededRandom(42);
  const below = (limit: number) => Math.floor(random() * limit);
  const play = (queue: ReportQueue<number> | SortedList, action: number, now: number, step: number, limit: number) => {
    if (action < 6) return queue.add(now, step);
    return action < 9 ? queue.takeDue(now, limit) : step % 7 === 0 && queue.release(now);
  };
  const queue = new ReportQueue<number>();
  const model = new SortedList();
  for (let step = 0; step < 5000; step++) {
    const [action, now, limit] = [below(10), below(1000), below(20)];
    expect(play(queue, action, now, step, limit)).toEqual(play(model, action, now, step, limit));
  }
  expect(queue.list()).toEqual(model.list());
  expect(queue.size).toBe(model.list().length);
  expect(queue.size).toBeGreaterThan(0);
});
