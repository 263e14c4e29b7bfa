import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, it } from '@jest/globals';
import { Round } from './round.js';

it('runs a job in the context the round was made in, and not in that of the request that woke it', async () => {
  const tenant = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const run = async () => {
    await Promise.resolve();
    seen.push(tenant.getStore());
  };
  const round = new Round({ name: 'job', schedule: { everyMs: 1_000 }, run }, () => undefined);
  tenant.run('A', () => round.request());
  await round.close();
  expect(seen).toEqual([undefined]);
});
