import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, it } from '@jest/globals';
import { inBackground } from './in-background.js';

it('runs work in no context of whoever begins it, and leaves none behind', async () => {
  const tenant = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const work = async () => {
    seen.push(tenant.getStore());
    tenant.enterWith('B');
    await Promise.resolve();
    seen.push(tenant.getStore());
  };
  await tenant.run('A', async () => {
    await inBackground(work);
    await inBackground(work);
    expect(tenant.getStore()).toBe('A');
  });
  expect(seen).toEqual([undefined, 'B', undefined, 'B']);
});
