import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dueSql } from '../../libs/emay-ims/src/message-store/due-list.js';
import { serversUnderTest } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import { newAttempt, newMessages, StoreBench } from './store/store-bench.js';

/** SQLite has one connection and no locks of rows. */
const servers = serversUnderTest();

(servers.length > 0 ? describe.each(servers) : describe.skip.each(['a server']))('a sweep on %s', (kind) => {
  let bench: StoreBench;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind as (typeof servers)[number]));
  });
  afterAll(() => bench?.close());

  // InnoDB locks what it reads: a look at a long queue made claims skip all of it, until its table of locks was full.
  it('looks through the queue without taking anything from those who claim', async () => {
    const store = bench.store();
    for (let count = 0; count < 3; count++) await bench.enqueue(store, newMessages(100));
    await bench.database.transaction(async (session) => {
      expect(await session.rows(dueSql(bench.database.dialect).lockExpired, [store.account, 1_000])).toEqual([]);
      expect(await store.queue.claim(300, newAttempt())).toHaveLength(300);
    });
  });
});
