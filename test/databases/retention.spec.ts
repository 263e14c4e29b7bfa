import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { firstIdOf } from '../../libs/emay-ims/src/messages/ids.js';
import { LeaseStore } from '../../libs/emay-ims/src/database/lease-store.js';
import { IMS_MESSAGE_STATES, isFinal } from '../../libs/emay-ims/src/messages/message-state.js';
import type { MessageParts } from './store/message-parts.js';
import { RetentionStore } from '../../libs/emay-ims/src/retention/retention-store.js';
import { Retention } from '../../libs/emay-ims/src/retention/retention.js';
import { databasesUnderTest, dialectOf } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import { describeReads, statementOf } from './store/reads.js';
import { idsOf, LONG_AGO, newAttempt, newMessages, StoreBench } from './store/store-bench.js';

const DAY = 86_400_000;

describe.each(databasesUnderTest())('retention on %s', (kind) => {
  let bench: StoreBench;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
  });
  afterAll(() => bench.close());

  const retentionOf = ({ account }: MessageParts, holder = 'me', database = bench.database) =>
    new Retention(new LeaseStore(database, holder), new RetentionStore(database, account), account);

  const ids = async (store: MessageParts) => {
    const rows = await bench.database.rows('SELECT custom_ims_id FROM emay_ims_message WHERE account = ?', [
      store.account,
    ]);
    return rows.map((row) => String(row.custom_ims_id)).toSorted();
  };

  /** Messages in these ages, each named for its own. */
  const delivered = async (store: MessageParts, ages: readonly number[]) => {
    const now = (await store.queue.now()).getTime();
    for (const age of ages) {
      await bench.inState(store, 'DELIVERED', String(age), newAttempt().token);
      await bench.put(store, String(age), { created_at: now - age, final_at: now - age });
    }
  };

  it('deletes messages that nothing will change any more, and no other, whatever their age', async () => {
    const store = bench.store();
    for (const state of IMS_MESSAGE_STATES) {
      await bench.inState(store, state, state, newAttempt().token);
      await bench.put(store, state, { created_at: LONG_AGO, due_at: LONG_AGO, accepted_at: LONG_AGO });
      if (isFinal(state)) await bench.put(store, state, { final_at: LONG_AGO });
    }
    expect(await retentionOf(store).purge(0)).toEqual({
      messages: 5,
      reportPages: 0,
      orphanedReports: 0,
      failedEvents: 0,
    });
    expect(await ids(store)).toEqual(['ACCEPTED', 'QUEUED', 'SUBMITTING', 'UNCONFIRMED', 'UNKNOWN']);
  });

  it('counts the age from the end, by the database clock, and leaves other accounts alone', async () => {
    const [store, other] = [bench.store(), bench.store()];
    for (const each of [store, other]) await delivered(each, [29 * DAY, 31 * DAY]);
    // Made long ago, ended lately.
    await delivered(store, [1]);
    await bench.put(store, '1', { created_at: LONG_AGO });
    expect((await retentionOf(store).purge(30)).messages).toBe(1);
    expect(await ids(store)).toEqual(['1', String(29 * DAY)]);
    expect(await ids(other)).toHaveLength(2);
  });

  it('goes on step by step until nothing is left that is old', async () => {
    const store = bench.store();
    const messages = newMessages(2_500);
    for (let start = 0; start < messages.length; start += 500) {
      await bench.enqueue(store, messages.slice(start, start + 500));
    }
    await bench.database.run(
      "UPDATE emay_ims_message SET state = 'DELIVERED', final_at = 1, created_at = 1 WHERE account = ?",
      [store.account],
    );
    await delivered(store, [DAY]);
    expect((await retentionOf(store).purge(2)).messages).toBe(2_500);
    expect(await ids(store)).toEqual([String(DAY)]);
  });

  it('stops after the step that is under way', async () => {
    const store = bench.store();
    await delivered(store, [3 * DAY]);
    const retention = retentionOf(store);
    retention.stop();
    expect(await retention.purge(1)).toEqual({ messages: 0, reportPages: 0, orphanedReports: 0, failedEvents: 0 });
  });

  it('deletes applied pages and orphans; what a person has to look at stays', async () => {
    const store = bench.store();
    for (const [index, state] of ['PULLING', 'STORED', 'APPLIED', 'LOST', 'UNREADABLE'].entries()) {
      await bench.database.run(
        `INSERT INTO emay_ims_report_batch (id, account, state, body, requested_at, expires_at, applied_at)
         VALUES (?, ?, ?, 'body', 1, 1, 1)`,
        [`${firstIdOf(LONG_AGO)}-${store.account}-${index}`, store.account, state],
      );
    }
    for (const [position, status] of ['ORPHANED', 'QUARANTINED'].entries()) {
      await bench.database.run(
        'INSERT INTO emay_ims_report (batch_id, position, account, status, created_at) VALUES (?, ?, ?, ?, 1)',
        [store.account, position, store.account, status],
      );
    }
    expect(await retentionOf(store).purge(30)).toEqual({
      messages: 0,
      reportPages: 1,
      orphanedReports: 1,
      failedEvents: 0,
    });
    const left = (table: string, column: string) =>
      bench.database.rows(`SELECT ${column} AS what FROM ${table} WHERE account = ? ORDER BY 1`, [store.account]);
    expect((await left('emay_ims_report_batch', 'state')).map(({ what }) => what)).toEqual([
      'LOST',
      'PULLING',
      'STORED',
      'UNREADABLE',
    ]);
    expect(await left('emay_ims_report', 'status')).toEqual([{ what: 'QUARANTINED' }]);
  });

  it('is done by one instance at a time where it is scheduled', async () => {
    const store = bench.store();
    await delivered(store, [3 * DAY]);
    const lease = `${store.account}:retention`;
    const holder = new LeaseStore(bench.database, 'somebody else');
    expect(await holder.acquire(lease, DAY)).toBe(true);
    const retention = retentionOf(store);
    await retention.purgeOnSchedule(1);
    expect(await ids(store)).toHaveLength(1);
    await holder.release(lease);
    await retention.purgeOnSchedule(1);
    expect(await ids(store)).toEqual([]);
    await retention.release();
    expect(await holder.acquire(lease, DAY)).toBe(true);
  });

  it("deletes nothing on schedule while the database's clock is days ahead of the machine's", async () => {
    const store = bench.store();
    await delivered(store, [3 * DAY]);
    const log = jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    const real = Date.now();
    const machine = jest.spyOn(Date, 'now').mockReturnValue(real - 1.5 * DAY);
    await retentionOf(store).purgeOnSchedule(1);
    expect(await ids(store)).toHaveLength(1);
    expect(log.mock.calls.map(([said]) => String(said))).toEqual([
      expect.stringContaining("the database's clock is 36 hours ahead of this machine's"),
    ]);
    // The machine's may be ahead: then nothing is deleted too early.
    machine.mockReturnValue(real + 2 * DAY);
    await retentionOf(store).purgeOnSchedule(1);
    expect(await ids(store)).toEqual([]);
    jest.restoreAllMocks();
  });

  it('two purges at once and traffic beside them: each message is deleted once, and none that is alive', async () => {
    const store = bench.store();
    const old = newMessages(3_000);
    for (let start = 0; start < old.length; start += 1_000) await bench.enqueue(store, old.slice(start, start + 1_000));
    await bench.database.run(
      "UPDATE emay_ims_message SET state = 'DELIVERED', final_at = 1, created_at = 1 WHERE account = ?",
      [store.account],
    );
    const another = await bench.anotherDatabase();
    const alive = newMessages(600);
    const [one, two] = await Promise.all([
      retentionOf(store).purge(1),
      retentionOf(store, 'other', another).purge(1),
      bench.enqueue(store, alive.slice(0, 300)),
      bench.enqueue(store, alive.slice(300)),
    ]);
    expect(one.messages + two.messages).toBe(3_000);
    expect(await ids(store)).toEqual(idsOf(alive).toSorted());
  });

  it.each([0, 500])('reads no more than it deletes, %p of 3,000', async (old) => {
    const store = bench.store();
    const messages = newMessages(3_000).map((message, index) => ({ ...message, customImsId: String(10_000 + index) }));
    for (let start = 0; start < 3_000; start += 1_000) await bench.enqueue(store, messages.slice(start, start + 1_000));
    await bench.database.run(
      "UPDATE emay_ims_message SET state = 'DELIVERED', final_at = 1, created_at = 1 WHERE account = ? AND custom_ims_id < ?",
      [store.account, String(10_000 + old)],
    );
    if (dialectOf(kind) === 'mysql') await bench.database.rows('ANALYZE TABLE emay_ims_message');
    if (kind === 'postgres') await bench.database.rows('ANALYZE');
    const purge = (database: ImsDatabase) => new RetentionStore(database, store.account).deleteMessages(DAY, 1_000, 0);
    const reads = await describeReads(bench.database, kind, await statementOf(purge, bench.database, old));
    expect(reads.scans).toEqual([]);
    expect(reads.rows ?? 0).toBeLessThanOrEqual(6 * old + 60);
  });

  it('passes over what stays once, not with each step', async () => {
    const store = bench.store();
    const [stays, goes] = [2_000, 3_000];
    const messages = newMessages(stays + goes).map((message, index) => ({
      ...message,
      customImsId: String(10_000 + index),
    }));
    for (let start = 0; start < messages.length; start += 1_000) {
      await bench.enqueue(store, messages.slice(start, start + 1_000));
    }
    const first = String(10_000 + stays);
    const put = (set: string, which: string) =>
      bench.database.run(`UPDATE emay_ims_message SET ${set} WHERE account = ? AND custom_ims_id ${which} ?`, [
        store.account,
        first,
      ]);
    await put("state = 'UNKNOWN', outcome = 'UNKNOWN', created_at = 1", '<');
    await put("state = 'DELIVERED', final_at = 2, created_at = 2", '>=');
    const purged = new RetentionStore(bench.database, store.account);
    const { deleted, reached } = await purged.deleteMessages(DAY, 1_000, 0);
    expect({ deleted, reached }).toEqual({ deleted: 1_000, reached: 2 });
    const next = (database: ImsDatabase) =>
      new RetentionStore(database, store.account).deleteMessages(DAY, 1_000, reached);
    const reads = await describeReads(bench.database, kind, await statementOf(next, bench.database, 1_000));
    expect(reads.rows ?? 0).toBeLessThan(stays + 1_000);
    const asked: unknown[] = [];
    const noting = Object.assign(Object.create(purged), {
      deleteMessages: (...given: Parameters<RetentionStore['deleteMessages']>) => (
        asked.push(given[2]),
        purged.deleteMessages(...given)
      ),
    }) as RetentionStore;
    const retention = new Retention(new LeaseStore(bench.database, 'me'), noting, store.account);
    expect((await retention.purge(1)).messages).toBe(goes - 1_000);
    expect(asked).toEqual([0, 2, 2]);
    expect(await ids(store)).toHaveLength(stays);
  });

  it.each([-1, Number.NaN, 36_501, Infinity])('refuses %p days', async (days) => {
    await expect(retentionOf(bench.store()).purge(days)).rejects.toThrow('takes 0 to 36500 days, such as 90');
  });
});
