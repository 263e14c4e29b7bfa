import { expect, it } from '@jest/globals';
import { ReadBudget } from './read-budget.js';

it('a budget comes back with time, and forgets whoever is quiet', () => {
  let now = 0;
  const budget = new ReadBudget(() => now);
  for (let nth = 0; nth < 30; nth++, now += 1_000) budget.begin('ann')();
  expect(() => budget.begin('ann')).toThrow('Try again in 30 s');
  now += 30_000;
  budget.begin('ann')();
  expect(() => budget.begin('ann')).toThrow('Try again in 1 s');
  now += 60_000;
  for (let nth = 0; nth < 5_000; nth++, now += 100) budget.begin(`caller-${nth}`)();
  expect(budget['callers'].size).toBeLessThan(1_100);
});

it('ends once, however often it is told', () => {
  const budget = new ReadBudget(() => 0);
  const end = budget.begin('ann');
  end();
  end();
  budget.begin('ann');
  budget.begin('ann');
  expect(() => budget.begin('ann')).toThrow('running');
});
