import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DurableEventStore } from '../../libs/emay-ims/src/events/durable-event-store.js';
import type { DurableHandler } from '../../libs/emay-ims/src/events/event-handler.js';
import { ReportBatchStore } from '../../libs/emay-ims/src/reports/report-batch-store.js';
import { databasesUnderTest } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import {
  HOLD_MS,
  HOUR,
  idsOf,
  newAccount,
  newAttempt,
  newMessage,
  newMessages,
  REPORT_DEADLINE_MS,
  StoreBench,
} from './store/store-bench.js';

const MOST = 32_767;
const HANDLER = {
  name: 'orders',
  label: 'Orders',
  types: new Set(['report.orphaned']),
  handle: () => undefined,
} as DurableHandler;
const EVENT = { type: 'report.orphaned', account: 'a', occurredAt: new Date(0), position: 0 } as never;

describe.each(databasesUnderTest())('counters and clocks on %s', (kind) => {
  let bench: StoreBench;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
  });
  afterAll(() => bench.close());

  const events = async (account: string) => {
    const store = new DurableEventStore(bench.database, account);
    await bench.database.transaction((session) => store.record([EVENT], [HANDLER], session));
    const put = (set: string) => bench.database.run(`UPDATE emay_ims_event SET ${set} WHERE account = ?`, [account]);
    return { put, claim: () => store.claim(HANDLER, 10, 1_000), recover: () => store.recoverFromClockSetBack(HOUR) };
  };

  it('a message that could not be sent for months leaves with those behind it', async () => {
    const store = bench.store();
    const [old, young] = newMessages(2) as [ReturnType<typeof newMessage>, ReturnType<typeof newMessage>];
    await bench.enqueue(store, [old, young]);
    await bench.put(store, old.customImsId, { attempts: MOST });
    expect(idsOf(await store.queue.claim(10, newAttempt())).toSorted()).toEqual(idsOf([old, young]).toSorted());
    expect(await store.finder.findOne(old.customImsId)).toMatchObject({ attempts: MOST, state: 'SUBMITTING' });
    expect(await store.finder.findOne(young.customImsId)).toMatchObject({ attempts: 1 });
    await bench.put(store, old.customImsId, { state: 'QUEUED' });
    expect(idsOf(await store.queue.claimThese([old.customImsId], newAttempt()))).toEqual([old.customImsId]);
  });

  it('an event that was called for as often is called once more', async () => {
    const { put, claim } = await events(newAccount());
    await put(`attempts = ${MOST}`);
    expect(await claim()).toHaveLength(1);
  });

  it('queued by a clock that was an hour ahead, they are due when it is put right; but for those meant for later', async () => {
    const store = bench.store();
    const now = (await store.queue.now()).getTime();
    const ahead = newMessages(3);
    const later = newMessage({ sendAt: new Date(now + HOUR / 2) });
    await store.queue.insertQueued([...ahead, later], new Date(now + HOUR), bench.database);
    const [released] = newMessages(1) as [ReturnType<typeof newMessage>];
    await bench.enqueue(store, [released]);
    await bench.put(store, released.customImsId, { due_at: now + HOUR });
    expect(await store.queue.claim(10, newAttempt())).toEqual([]);
    expect(await store.maintenance.recoverFromClockSetBack()).toBe(4);
    expect(idsOf(await store.queue.claim(10, newAttempt())).toSorted()).toEqual(idsOf([...ahead, released]).toSorted());
    expect(await store.finder.findOne(later.customImsId)).toMatchObject({ state: 'QUEUED', dueAt: later.sendAt });
  });

  describe('are looked through', () => {
    const real = performance.now.bind(performance);
    let passedMs = 0;
    beforeEach(() => {
      passedMs = 0;
      jest.spyOn(performance, 'now').mockImplementation(() => real() + passedMs);
    });
    afterEach(() => {
      jest.restoreAllMocks();
    });

    /** With so many messages for later, in rows of their own, and one that was created in an hour. */
    const ahead = async (scheduled: number) => {
      const store = bench.store();
      const now = (await store.queue.now()).getTime();
      const later = newMessages(scheduled).map((one, index) => ({ ...one, sendAt: new Date(now + HOUR + index) }));
      if (scheduled > 0) await bench.enqueue(store, later);
      await store.queue.insertQueued(newMessages(1), new Date(now + HOUR), bench.database);
      return { store, now };
    };
    const asked = async (work: () => Promise<unknown>) => {
      const rows = jest.spyOn(bench.database, 'rows');
      const transaction = jest.spyOn(bench.database, 'transaction');
      await work();
      const counted = { reads: rows.mock.calls.length, transactions: transaction.mock.calls.length };
      rows.mockRestore();
      transaction.mockRestore();
      return counted;
    };
    const ONE_LOOK = { reads: 1, transactions: 0 };

    it('once when that is noticed and once when the attempts of that time have ended, not at each sweep', async () => {
      const { store } = await ahead(20);
      expect(await store.maintenance.recoverFromClockSetBack()).toBe(1);
      const recover = () => store.maintenance.recoverFromClockSetBack();
      const isIdle = async () => expect(await asked(async () => expect(await recover()).toBeNull())).toEqual(ONE_LOOK);
      await isIdle();
      passedMs = 130_000;
      expect(await recover()).not.toBeNull();
      for (let sweep = 0; sweep < 3; sweep++) await isIdle();
    });

    it('again where a message is ahead that was not there before', async () => {
      const { store, now } = await ahead(0);
      const recover = () => store.maintenance.recoverFromClockSetBack();
      expect(await recover()).toBe(1);
      await store.queue.insertQueued(newMessages(2), new Date(now + 2 * HOUR), bench.database);
      expect(await recover()).toBe(2);
      expect(await recover()).toBeNull();
    });

    it('again every ten minutes while one stays ahead: a transaction that was open may store others late', async () => {
      const { store, now } = await ahead(0);
      const rows = bench.database.rows.bind(bench.database);
      // The database's clock goes on as the process's does.
      jest.spyOn(bench.database, 'rows').mockImplementation(async (...query) => {
        const found = await rows(...query);
        return found.map((row) => ('newest' in row ? { ...row, now: Number(row.now) + passedMs } : row));
      });
      const recover = () => store.maintenance.recoverFromClockSetBack();
      expect(await recover()).toBe(1);
      passedMs = 130_000;
      expect(await recover()).toBe(0);
      for (let minutes = 12; minutes < 50; minutes += 12) {
        await store.queue.insertQueued(newMessages(1), new Date(now + HOUR / 2), bench.database);
        expect(await recover()).toBeNull();
        passedMs = minutes * 60_000 + 130_000;
        expect(await recover()).toBe(1);
      }
      passedMs = HOUR;
      expect(await recover()).toBeNull();
    });

    it('until the application closes, and then from the beginning', async () => {
      const { store, now } = await ahead(20);
      await store.queue.insertQueued(newMessages(3), new Date(now + HOUR), bench.database);
      const begun = await asked(() => store.maintenance.recoverFromClockSetBack(() => false));
      expect(begun.transactions).toBe(1);
      const whole = await asked(() => store.maintenance.recoverFromClockSetBack());
      expect(whole.transactions).toBeGreaterThan(4);
      expect(await store.maintenance.recoverFromClockSetBack()).toBeNull();
      expect(await store.queue.claim(10, newAttempt())).toHaveLength(4);
    });
  });

  describe('what began in the future', () => {
    const AHEAD = 5 * 24 * HOUR;
    const SLACK = 60_000;
    afterEach(() => {
      jest.restoreAllMocks();
    });

    const recover = async ({ maintenance }: ReturnType<StoreBench['store']>) => {
      await maintenance.recoverFromClockSetBack();
      const real = performance.now.bind(performance);
      jest.spyOn(performance, 'now').mockImplementation(() => real() + 130_000);
      await maintenance.recoverFromClockSetBack();
    };

    it('waits for a report no longer than any other message', async () => {
      const store = bench.store();
      const now = (await store.queue.now()).getTime();
      for (const [id, due_at] of [
        ['ahead', now + AHEAD + REPORT_DEADLINE_MS],
        ['usual', now + HOUR],
      ] as const) {
        await bench.inState(store, 'ACCEPTED', id, newAttempt().token);
        await bench.put(store, id, { created_at: now + AHEAD, accepted_at: now + AHEAD, due_at });
      }
      await recover(store);
      const ahead = Number((await bench.row(store, 'ahead')).due_at);
      expect(ahead).toBeGreaterThanOrEqual(now + REPORT_DEADLINE_MS);
      expect(ahead).toBeLessThan(now + REPORT_DEADLINE_MS + SLACK);
      expect(Number((await bench.row(store, 'usual')).due_at)).toBe(now + HOUR);
      // The next look at its attempt is no later than that.
      expect(await store.maintenance.endOverdueReportWaits()).toBe(0);
      const looks = await bench.rowsOf('emay_ims_attempt', store.account);
      expect(looks.map(({ due_at: dueAt }) => Number(dueAt)).toSorted((a, b) => a - b)).toEqual([now + HOUR, ahead]);
    });

    it('is on hold no longer than any other message', async () => {
      const store = bench.store();
      const now = (await store.queue.now()).getTime();
      for (const [id, since] of [
        ['ahead', now + AHEAD],
        ['usual', now - HOUR],
      ] as const) {
        await bench.inState(store, 'QUEUED', id, newAttempt().token);
        await bench.put(store, id, { created_at: now + AHEAD, submitted_at: since, due_at: null });
      }
      await recover(store);
      const since = async (id: string) => Number((await bench.row(store, id)).submitted_at);
      expect(await since('ahead')).toBeGreaterThanOrEqual(now);
      expect(await since('ahead')).toBeLessThan(now + SLACK);
      expect(await since('usual')).toBe(now - HOUR);
      await bench.put(store, 'ahead', { submitted_at: now - HOLD_MS });
      expect(await store.maintenance.expire()).toBe(1);
    });

    it('waits for the answer of a poll no longer than any other', async () => {
      const account = newAccount();
      const batches = new ReportBatchStore(bench.database, account);
      for (const id of ['ahead', 'usual', 'over']) await batches.insert(`${account}-${id}`, 10, HOUR);
      const put = (id: string, by: number) =>
        bench.database.run(
          'UPDATE emay_ims_report_batch SET requested_at = requested_at + ?, expires_at = expires_at + ? WHERE id = ?',
          [by, by, `${account}-${id}`],
        );
      await put('ahead', AHEAD);
      await put('over', -2 * HOUR);
      const over = [{ id: `${account}-over`, requested: 10 }];
      expect(await batches.overdue()).toEqual(over);
      await put('ahead', -2 * HOUR);
      expect((await batches.overdue()).map(({ id }) => id).toSorted()).toEqual([`${account}-ahead`, `${account}-over`]);
    });
  });

  it('and events likewise', async () => {
    const { put, claim, recover } = await events(newAccount());
    await put(`due_at = due_at + ${HOUR}, created_at = created_at + ${HOUR}`);
    expect(await claim()).toEqual([]);
    expect(await recover()).toBe(1);
    expect(await claim()).toHaveLength(1);
    await put(`due_at = due_at + ${3 * HOUR}`);
    expect(await recover()).toBe(1);
  });

  it('nothing is brought back while the clock goes on', async () => {
    const store = bench.store();
    await bench.enqueue(store, newMessages(2));
    expect(await store.maintenance.recoverFromClockSetBack()).toBeNull();
    expect(await store.maintenance.recoverFromClockSetBack()).toBeNull();
  });
});
