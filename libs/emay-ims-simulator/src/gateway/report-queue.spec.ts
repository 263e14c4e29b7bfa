import { expect, it } from '@jest/globals';
import { seededRandom } from './random.js';
import { ReportQueue } from './report-queue.js';

it('behaves as a sorted list under any mixture of calls', () => {
  const random = seededRandom(42);
  const below = (limit: number) => Math.floor(random() * limit);
  const queue = new ReportQueue<number>();
  let model: { report: number; dueAt: number }[] = [];
  for (let step = 0; step < 5000; step++) {
    const now = below(1000);
    const action = below(10);
    if (action < 6) {
      queue.add(now, step);
      model.push({ report: step, dueAt: now });
    } else if (action < 9) {
      const due = model
        .filter(({ dueAt }) => dueAt <= now)
        .toSorted((a, b) => a.dueAt - b.dueAt || a.report - b.report);
      const expected = due.slice(0, below(20));
      expect(queue.takeDue(now, expected.length)).toEqual(expected);
      model = model.filter((entry) => !expected.includes(entry));
    } else if (step % 7 === 0) {
      expect(queue.release(now)).toBe(model.filter(({ dueAt }) => dueAt > now).length);
      for (const entry of model) entry.dueAt = Math.min(entry.dueAt, now);
    }
    expect(queue.size).toBe(model.length);
  }
  expect(queue.list()).toEqual(model.toSorted((a, b) => a.dueAt - b.dueAt || a.report - b.report));
});
