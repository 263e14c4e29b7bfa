import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { EmayImsStoreError } from '../../libs/emay-ims/src/errors/emay-ims-errors.js';
import { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { LeaseStore } from '../../libs/emay-ims/src/database/lease-store.js';
import { messageParts, type MessageParts } from './store/message-parts.js';
import { Sweeper, type SweepTask } from '../../libs/emay-ims/src/sending/sweeper.js';
import { databasesUnderTest } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import type { OpenDatabase } from './store/store-bench.js';

const DAY_MS = 86_400_000;

describe.each(databasesUnderTest())('a sweep on %s', (kind) => {
  let opened: OpenDatabase;
  let database: ImsDatabase;
  let store: MessageParts;
  let warnings: jest.SpiedFunction<Logger['warn']>;
  let errors: jest.SpiedFunction<Logger['error']>;
  beforeEach(async () => {
    opened = await openTestDatabase(kind);
    database = new ImsDatabase(await opened.connect());
    store = messageParts(database, 'default', { reportDeadlineMs: DAY_MS, holdMs: DAY_MS });
    warnings = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    errors = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await opened.close();
  });

  const sweeper = (...tasks: SweepTask[]) =>
    new Sweeper(new LeaseStore(database, 'this instance'), store.maintenance, tasks);
  const store2500Expired = async () => {
    const createdAt = await store.queue.now();
    const message = { mobile: '+61422118000', content: 'Hello', priority: 5, sendAt: null, expiresAt: new Date(1) };
    const messages = Array.from({ length: 2_500 }, (_, index) => ({ ...message, customImsId: `m${index}` }));
    await store.queue.insertQueued(messages, createdAt, database);
  };

  it('does every task, also behind one that fails; tells of each failure, and has failed', async () => {
    await store2500Expired();
    const done: string[] = [];
    const sweep = sweeper(
      { run: () => Promise.reject(new EmayImsStoreError('40P01')), done: 'first' },
      { run: () => Promise.reject(new Error('INSERT +61422118000')), done: 'second' },
      { run: async () => done.push('third'), done: 'things' },
    ).sweep();
    await expect(sweep).rejects.toThrow('40P01');
    expect(done).toEqual(['third']);
    expect(await store.finder.stats()).toMatchObject({ EXPIRED: 2_500 });
    expect(warnings.mock.calls.map(([line]) => String(line))).toEqual([
      'Messages expired before they were submitted: 2500',
      'things: 1',
    ]);
    const told = errors.mock.calls.map(([line]) => String(line));
    expect(told).toEqual([expect.stringMatching(/"first".*40P01/), expect.stringMatching(/"second".*unexpected/)]);
    expect(told.join()).not.toContain('61422118000');
  });

  it('whose first task fails on every database call goes on with what needs none of it', async () => {
    jest.spyOn(store.maintenance, 'recoverStalledAttempts').mockRejectedValue(new EmayImsStoreError('57014'));
    await store2500Expired();
    await expect(sweeper().sweep()).rejects.toThrow('57014');
    expect(await store.finder.stats()).toMatchObject({ EXPIRED: 2_500 });
  });

  it('tells a task of other rooms whether to go on', async () => {
    const told: boolean[] = [];
    const run = async (goOn: () => boolean) => {
      told.push(goOn());
      stopped.stop();
      return told.push(goOn());
    };
    const stopped = sweeper({ run, done: 'things' });
    await stopped.sweep();
    expect(told).toEqual([true, false]);
  });

  it('ends after the step that is under way when it is stopped, and begins no other task', async () => {
    await store2500Expired();
    const done: string[] = [];
    const stopped = sweeper({ run: async () => done.push('more'), done: 'things' });
    const expire = store.maintenance.expire.bind(store.maintenance);
    jest.spyOn(store.maintenance, 'expire').mockImplementation((goOn) => {
      stopped.stop();
      return expire(goOn);
    });
    await stopped.sweep();
    expect(done).toEqual([]);
    expect(await store.finder.stats()).toMatchObject({ EXPIRED: 1_200, QUEUED: 1_300 });
    await stopped.sweep();
    expect(await store.finder.stats()).toMatchObject({ EXPIRED: 1_200, QUEUED: 1_300 });
  });
});
