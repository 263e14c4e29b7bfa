import { expect, it } from '@jest/globals';
import type { EmayImsEngine } from '../engine/engine.js';
import type { AccountWorkChecks } from '../message-store/account-work-checks.js';
import { resolveOptions } from '../options/resolve-options.js';
import type { Dispatcher } from '../sending/dispatcher.js';
import { NO_WAKES } from '../wake/database-wakes.js';
import { DispatchJob } from './dispatch-job.js';

function dispatchJob({ enabled = true } = {}) {
  const told = { here: 0, elsewhere: [] as string[], listening: 0 };
  let fromElsewhere: () => void = () => undefined;
  const options = resolveOptions({
    ...{ baseUrl: 'https://gateway.example', appId: 'app', secretKey: 'key', name: 'shop' },
    dispatch: { enabled },
  });
  const engine = { wake: () => void told.here++ } as unknown as EmayImsEngine;
  const wakes = {
    ...NO_WAKES,
    notify: (account: string) => void told.elsewhere.push(account),
    listen: (_account: string, wake: () => void) => {
      told.listening++;
      fromElsewhere = wake;
      return () => void told.listening--;
    },
  };
  const dispatcher = { isFree: true, stop: () => undefined };
  const checks = { mayHaveReady: async () => true } as unknown as AccountWorkChecks;
  const job = new DispatchJob(options, engine, wakes, checks, dispatcher as unknown as Dispatcher);
  return { job, told, dispatcher, notified: () => fromElsewhere() };
}

it('tells no other instance while its own dispatcher is free', () => {
  const { job, told, notified } = dispatchJob();
  job.start();
  job.wake();
  notified();
  expect(told).toEqual({ here: 2, elsewhere: [], listening: 1 });
});

it('tells the others where its own dispatcher is held up, has not begun, or has ended', () => {
  const { job, told, dispatcher } = dispatchJob();
  job.wake();
  expect(told.elsewhere).toEqual(['shop']);
  job.start();
  dispatcher.isFree = false;
  job.wake();
  expect(told.elsewhere).toEqual(['shop', 'shop']);
  dispatcher.isFree = true;
  job.stop();
  job.wake();
  expect(told.elsewhere).toHaveLength(3);
  expect(told.listening).toBe(0);
});

it('tells the others, and listens to none, in an instance that only stores', () => {
  const { job, told } = dispatchJob({ enabled: false });
  expect(job.jobs).toEqual([]);
  job.start();
  job.wake();
  expect(told).toMatchObject({ elsewhere: ['shop'], listening: 0 });
});
