import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { findOldestReady } from '../../libs/emay-ims/src/operator/oldest-due.js';
import { databasesUnderTest, type DatabaseKind } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import { crowd, CROWD, type Crowd } from './store/crowd.js';
import { describeReads, statementOf } from './store/reads.js';
import { FAR_FUTURE, newMessage, StoreBench } from './store/store-bench.js';

/** One look for each of the ten priorities, a few entries each. */
const FEW_READS = 60;

describe.each(databasesUnderTest())('the oldest message that is due on %s', (kind: DatabaseKind) => {
  let bench: StoreBench;
  let people: Crowd;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
    people = await crowd(bench);
  }, 120_000);
  afterAll(() => bench.close());

  it('is found among all priorities, by the clock of the database, passing over what is for later or held', async () => {
    const store = bench.store();
    const find = () => findOldestReady(bench.database, store.account);
    expect(await find()).toBeNull();
    await bench.enqueue(
      store,
      [0, 4, 9].map((priority) => newMessage({ customImsId: `of-${priority}`, priority })),
    );
    const now = (await store.queue.now()).getTime();
    await bench.put(store, 'of-0', { due_at: null });
    await bench.put(store, 'of-4', { due_at: FAR_FUTURE });
    await bench.put(store, 'of-9', { due_at: now - 5_000 });
    const oldest = await find();
    expect(oldest?.at.getTime()).toBe(now - 5_000);
    expect(oldest?.forMs).toBeGreaterThanOrEqual(5_000);
    await bench.put(store, 'of-4', { due_at: now - 9_000 });
    expect((await find())?.at.getTime()).toBe(now - 9_000);
  });

  it(`costs one look for each priority, however many of ${CROWD} messages are due`, async () => {
    const find = (database: ImsDatabase) => findOldestReady(database, people.account);
    const reads = await describeReads(bench.database, kind, await statementOf(find, bench.database, 10));
    expect(reads.scans).toEqual([]);
    expect(reads.rows ?? 0).toBeLessThanOrEqual(FEW_READS);
    expect(people.due).toBeGreaterThan(FEW_READS);
  });
});
