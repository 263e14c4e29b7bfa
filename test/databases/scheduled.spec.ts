import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { AccountWorkChecks } from '../../libs/emay-ims/src/message-store/account-work-checks.js';
import { DueList } from '../../libs/emay-ims/src/message-store/due-list.js';
import { databasesUnderTest, dialectOf } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import { readOf, readsOf, watch, type Asked } from './store/reads.js';
import { FAR_FUTURE, idsOf, newAttempt, newMessage, newMessages, StoreBench } from './store/store-bench.js';

/** Each at a time of its own, as reminders are: so many rows of the list. */
const SCHEDULED = 10_000;
const STORED_AT_A_TIME = 1_000;
/** Ten priorities, a few entries of an index each. */
const FEW_ROWS = 100;
/** Pages of PostgreSQL: three for each look into an index. Those of all rows are more than 100. */
const FEW_PAGES = 60;

describe.each(databasesUnderTest())(`with ${SCHEDULED} messages for later on %s`, (kind) => {
  let bench: StoreBench;
  let store: ReturnType<StoreBench['store']>;
  /** One that explains: libsql leaves a DELETE that it has explained open, and commits nothing more. */
  let explaining: ImsDatabase;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
    explaining = await bench.anotherDatabase();
    store = bench.store();
    const later = newMessages(SCHEDULED).map((message, index) => ({
      ...message,
      // Of the lowest, of a middle and of the highest priority.
      priority: (index % 3) * 4,
      sendAt: new Date(FAR_FUTURE + index),
    }));
    for (let start = 0; start < SCHEDULED; start += STORED_AT_A_TIME) {
      await bench.enqueue(store, later.slice(start, start + STORED_AT_A_TIME));
    }
    if (kind === 'postgres') await bench.database.run('ANALYZE emay_ims_due', []);
    if (dialectOf(kind) === 'mysql') await bench.database.rows('ANALYZE TABLE emay_ims_due', []);
  }, 120_000);
  afterAll(() => bench.close());

  /** Expects all that is queried meanwhile to read a few rows, or a few pages. */
  const expectFewReads = async (query: (database: ImsDatabase) => Promise<unknown>) => {
    const statements: Asked[] = [];
    await query(watch(bench.database, statements));
    const asked = statements.filter(([sql]) => /emay_ims_due/.test(sql));
    expect(asked.length).toBeGreaterThan(0);
    for (const one of asked) {
      const { rows, pages, plan } = await readsOf(explaining, kind, one);
      expect(rows ?? 0).toBeLessThan(FEW_ROWS);
      expect(pages ?? 0).toBeLessThan(FEW_PAGES);
      for (const look of plan?.filter((step) => /(SEARCH|SCAN) (emay_ims_due|d)\b/.test(step)) ?? []) {
        expect(look).toMatch(/account=\? AND priority=\?|rowid=\?/);
      }
    }
  };

  it('whether something is ready is asked without reading them', async () => {
    const ready = () => new DueList(bench.database, store.account).duePriorities();
    expect(await ready()).toEqual([]);
    await expectFewReads((database) => new DueList(database, store.account).duePriorities());
  });

  it('and of several accounts as well', async () => {
    const check = (database: ImsDatabase) => new AccountWorkChecks(database, () => 2).mayHaveReady(store.account);
    expect(await check(bench.database)).toBe(false);
    await expectFewReads(check);
  });

  it('what a clock that was set back has delayed is looked for by reading each of them once', async () => {
    const statements: Asked[] = [];
    const found = new Set<string>();
    const list = new DueList(watch(bench.database, statements), store.account);
    for await (const ids of list.inFuture(10_000)) for (const id of ids) found.add(id);
    expect(found.size).toBe(SCHEDULED);
    const { rows, pages, plan } = await readOf(explaining, kind, statements, 'emay_ims_due');
    expect(rows).toBeLessThan(2 * SCHEDULED);
    // A page of PostgreSQL for each row at most, as an index leads to it.
    expect(pages).toBeLessThan(2 * SCHEDULED);
    for (const look of plan.filter((step) => /SEARCH|SCAN/.test(step)))
      expect(look).toMatch(/account=\? AND priority=\?/);
  });

  it('one that is cancelled leaves the list, unless very many are for the same time', async () => {
    const listed = async () =>
      (await bench.database.rows('SELECT ids FROM emay_ims_due WHERE account = ?', [other.account])).length;
    const other = bench.store();
    const campaign = newMessages(102).map((message) => ({ ...message, sendAt: new Date(FAR_FUTURE) }));
    for (const message of campaign) await bench.enqueue(other, [message]);
    expect(await listed()).toBe(102);
    const [first, second, third] = idsOf(campaign) as [string, string, string];
    await other.queue.cancel(first);
    expect(await listed()).toBe(102);
    await bench.database.run('DELETE FROM emay_ims_due WHERE account = ? AND (ids LIKE ? OR ids LIKE ?)', [
      other.account,
      `%"${first}"%`,
      `%"${second}"%`,
    ]);
    await other.queue.cancel(third);
    expect(await listed()).toBe(99);
  });

  it('what is ready is claimed without reading them, the highest priority first', async () => {
    const [low, high, middle] = [2, 9, 5].map((priority) => newMessage({ priority })) as [
      ReturnType<typeof newMessage>,
      ReturnType<typeof newMessage>,
      ReturnType<typeof newMessage>,
    ];
    for (const one of [low, high, middle]) await bench.enqueue(store, [one]);
    expect(await new DueList(bench.database, store.account).duePriorities()).toEqual([9, 5, 2]);
    expect(await new AccountWorkChecks(bench.database, () => 2).mayHaveReady(store.account)).toBe(true);
    await expectFewReads((database) =>
      database.transaction((session) => new DueList(database, store.account).take(300, [9, 5, 2], session)),
    );
    expect(idsOf(await store.queue.claim(2, newAttempt()))).toEqual(idsOf([high, middle]));
    expect(idsOf(await store.queue.claim(2, newAttempt()))).toEqual(idsOf([low]));
    expect(await store.queue.claim(2, newAttempt())).toEqual([]);
  });
});
