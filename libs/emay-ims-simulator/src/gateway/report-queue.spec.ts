import { describe, expect, it } from '@jest/globals';
import { seededRandom } from './random.js';
import { ReportQueue } from './report-queue.js';

interface Entry {
  readonly subject: number;
  readonly plan: string;
  readonly dueAt: number;
  readonly sequence: number;
}

/** What the queue should be: a list, sorted whenever it is asked. Subjects are numbered as they are added. */
class SortedList {
  private entries: Entry[] = [];
  dropped = 0;

  constructor(private readonly limit: number) {}

  get size(): number {
    return this.entries.length;
  }

  add(dueAt: number, subject: number, plan: string): void {
    this.entries.push({ subject, plan, dueAt, sequence: subject });
    if (this.entries.length <= this.limit) return;
    this.entries = this.list().slice(1);
    this.dropped++;
  }

  takeDue(now: number, limit: number): Entry[] {
    const due = this.list().filter(({ dueAt }) => dueAt <= now);
    const taken = due.slice(0, limit);
    this.entries = [...due.slice(limit), ...this.entries.filter(({ dueAt }) => dueAt > now)];
    return taken;
  }

  release(now: number): number {
    const late = this.entries.filter(({ dueAt }) => dueAt > now).length;
    this.entries = this.entries.map((entry) => ({ ...entry, dueAt: Math.min(entry.dueAt, now) }));
    return late;
  }

  putBack(taken: readonly Entry[]): void {
    this.entries.push(...taken);
  }

  remove(isOut: (plan: string) => boolean): Entry[] {
    const removed = this.list().filter(({ plan }) => isOut(plan));
    this.entries = this.entries.filter(({ plan }) => !isOut(plan));
    return removed;
  }

  list(count = Infinity): Entry[] {
    return this.entries
      .toSorted((left, right) => left.dueAt - right.dueAt || left.subject - right.subject)
      .slice(0, count);
  }
}

type Queue = Pick<
  ReportQueue<number, string>,
  'add' | 'takeDue' | 'putBack' | 'remove' | 'release' | 'list' | 'size' | 'dropped'
>;

describe.each([
  ['without a limit', Infinity],
  ['with a limit', 400],
])('behaves as a sorted list %s', (_, limit) => {
  it.each([
    ['few reports in each moment', 1000],
    ['many reports in each moment', 5],
  ])('under any mixture of calls, %s', (__, moments) => {
    const random = seededRandom(42);
    const below = (bound: number) => Math.floor(random() * bound);
    let subjects = 0;
    const steps = Array.from({ length: 3000 }, () => {
      const [action, now, count] = [below(23), below(moments), below(20)];
      const first = subjects;
      subjects += action < 12 ? count : Number(action === 18);
      return (queue: Queue): unknown => {
        if (action < 12) {
          for (let index = 0; index < count; index++) queue.add(now, first + index, `plan ${index}`);
          return queue.size;
        }
        if (action < 18) return queue.takeDue(now, count);
        if (action < 20) {
          const taken = queue.takeDue(now, count);
          // What comes in between must not be mixed up with what was there before.
          if (action === 18) queue.add(now, first, 'in between');
          queue.putBack(taken);
          return queue.size;
        }
        if (action < 21) return queue.remove((plan) => plan.endsWith(`${count}7`));
        return action < 22 ? queue.list(count) : count === 0 && queue.release(now);
      };
    });
    const queue = new ReportQueue<number, string>(limit);
    const model = new SortedList(limit);
    for (const step of steps) expect(step(queue)).toEqual(step(model));
    expect(queue.list()).toEqual(model.list());
    expect(queue.size).toBe(model.size);
    expect(queue.size).toBeGreaterThan(0);
    expect(queue.dropped).toBe(model.dropped);
  });
});

it('keeps the order of one moment that never empties, as with a clock that stands still', () => {
  const queue = new ReportQueue<number, string>();
  queue.add(7, -1, 'first');
  for (let subject = 0; subject < 10_000; subject++) {
    queue.add(7, subject, `plan ${subject}`);
    const [taken] = queue.takeDue(7, 1);
    expect(taken?.subject).toBe(subject - 1);
  }
  expect(queue.list()).toEqual([{ subject: 9_999, plan: 'plan 9999', dueAt: 7, sequence: 10_000 }]);
});

it('forgets everything, drops included', () => {
  const queue = new ReportQueue<number, string>(2);
  for (const dueAt of [1, 1, 2]) queue.add(dueAt, dueAt, '');
  expect([queue.size, queue.dropped]).toEqual([2, 1]);
  queue.clear();
  expect([queue.size, queue.dropped, queue.list()]).toEqual([0, 0, []]);
  queue.add(1, 5, '');
  expect(queue.takeDue(1, 9)).toEqual([{ subject: 5, plan: '', dueAt: 1, sequence: 3 }]);
});
