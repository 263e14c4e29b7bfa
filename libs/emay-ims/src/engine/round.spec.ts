import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, it } from '@jest/globals';
import { Round } from './round.js';

it('runs a job neither in the context that the round was made in, nor in that of the request that woke it', async () => {
  const tenant = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const run = async () => {
    await Promise.resolve();
    seen.push(tenant.getStore());
  };
  const job = { name: 'job', schedule: { everyMs: 1_000 }, run };
  const round = tenant.run('start', () => new Round(job, () => undefined));
  tenant.run('A', () => round.request());
  await round.close();
  expect(seen).toEqual([undefined]);
});
