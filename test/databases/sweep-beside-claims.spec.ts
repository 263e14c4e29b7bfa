import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { messageSql } from '../../libs/emay-ims/src/message-store/message-sql.js';
import { databasesUnderTest } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import { newAttempt, newMessages, REPORT_DEADLINE_MS, StoreBench } from './store/store-bench.js';

/** SQLite has one connection and no locks of rows. */
const servers = databasesUnderTest().filter((kind) => kind !== 'sqlite');

(servers.length > 0 ? describe.each(servers) : describe.skip.each(['a server']))('a sweep on %s', (kind) => {
  let bench: StoreBench;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind as (typeof servers)[number]));
  });
  afterAll(() => bench?.close());

  // InnoDB locks what it reads: a look at a long queue made claims skip all of it, until its table of locks was full.
  it('looks through the queue without taking anything from those who claim', async () => {
    const store = bench.store();
    await bench.enqueue(store, newMessages(300));
    const { expire } = messageSql(bench.database.dialect, { reportDeadlineMs: REPORT_DEADLINE_MS });
    await bench.database.transaction(async (session) => {
      expect(await session.rows(expire.find, [store.account, 1_000])).toEqual([]);
      expect(await store.claim(300, newAttempt())).toHaveLength(300);
    });
  });
});
