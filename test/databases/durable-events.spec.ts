import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { OnImsEvent, type EmayImsEventMap } from 'nestjs-emay-ims';
import { setTimeout as pause } from 'node:timers/promises';
import type { ImsDatabase, SqlSession } from '../../libs/emay-ims/src/database/ims-database.js';
import { LeaseStore } from '../../libs/emay-ims/src/database/lease-store.js';
import { DurableDelivery } from '../../libs/emay-ims/src/events/durable-delivery.js';
import { DurableEventStore } from '../../libs/emay-ims/src/events/durable-event-store.js';
import type { EmayImsEvent } from '../../libs/emay-ims/src/events/emay-ims-event.js';
import { EventListeners } from '../../libs/emay-ims/src/events/event-listeners.js';
import { EventTransactions } from '../../libs/emay-ims/src/events/event-transactions.js';
import { messageParts, type MessageParts } from './store/message-parts.js';
import { RetentionStore } from '../../libs/emay-ims/src/retention/retention-store.js';
import { Retention } from '../../libs/emay-ims/src/retention/retention.js';
import { databasesUnderTest } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { ACCOUNT, QUIET, startGatewayApp, type GatewayApp } from '../support/gateway-app.js';
import { openTestDatabase } from './open-database.js';
import { outcome } from './store/recording-outcomes.js';
import {
  HOLD_MS,
  HOUR,
  idsOf,
  newAccount,
  newAttempt,
  newMessages,
  REPORT_DEADLINE_MS,
  StoreBench,
} from './store/store-bench.js';

const LIMITS = { maxAttempts: 3, minBackoffMs: 0, maxBackoffMs: 0, callMs: 5_000, stoppingMs: 100 };
const NAME = 'orders';

type Handle = (event: EmayImsEvent) => unknown;

/** Calls the handler with all that is ready, and waits for the results. */
const deliverAll = async (delivery: DurableDelivery) => {
  await delivery.deliver();
  await delivery.ended();
};

const HANDLER = {
  label: 'Orders.onEvent',
  types: new Set(['message.accepted'] as const),
  name: NAME,
  handle: () => undefined,
};

describe.each(databasesUnderTest())('a durable handler on %s', (kind) => {
  let bench: StoreBench;
  let second: ImsDatabase;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
    second = await bench.anotherDatabase();
  });
  afterAll(() => bench.close());

  /** One instance: what records, and what calls the handler. */
  const instance = (handle: Handle, account = newAccount(), database = bench.database, limits = LIMITS) => {
    const handler = { ...HANDLER, handle };
    const listeners = new EventListeners();
    listeners.addDurable(handler);
    const woken: string[] = [];
    const events = new EventTransactions(database, account, listeners, (name) => woken.push(name));
    const store = messageParts(database, account, { reportDeadlineMs: REPORT_DEADLINE_MS, holdMs: HOLD_MS }, events);
    const delivery = new DurableDelivery(events.durable, handler, account, limits);
    return { account, store, events, delivery, woken };
  };
  const rowsOf = (account: string) =>
    bench.database.rows('SELECT * FROM emay_ims_event WHERE account = ? ORDER BY id', [account]);
  const accept = async (store: MessageParts, count = 1) => {
    const attempt = newAttempt();
    const ids = idsOf(newMessages(count));
    await store.queue.insertSubmitting(
      ids.map((customImsId, index) => ({ ...newMessages(1)[0]!, customImsId, mobile: `+61${400_000_000 + index}` })),
      attempt,
    );
    await store.results.recordOutcomes(
      attempt.token,
      ids.map((id) => outcome(id)),
    );
    return ids;
  };
  const idOf = (event: EmayImsEvent) => ('customImsId' in event ? String(event.customImsId) : '');

  it('is recorded with the change, called with the event as it was, and forgotten on success', async () => {
    const got: EmayImsEvent[] = [];
    const { store, delivery, woken, account } = instance((event) => got.push(event));
    const [id] = await accept(store);
    expect(await rowsOf(account)).toMatchObject([{ handler: NAME, type: 'message.accepted', state: 'PENDING' }]);
    expect(woken).toEqual([NAME]);
    await deliverAll(delivery);
    expect(got).toMatchObject([
      { type: 'message.accepted', account, customImsId: id, imsId: `ims-${id}`, occurredAt: expect.any(Date) },
    ]);
    expect(await rowsOf(account)).toEqual([]);
  });

  it('knows an account that was renamed by its new name alone', async () => {
    const { store, account } = instance(() => undefined);
    const [id] = await accept(store);
    const renamed = newAccount();
    await bench.database.run('UPDATE emay_ims_event SET account = ? WHERE account = ?', [renamed, account]);
    const got: EmayImsEvent[] = [];
    await deliverAll(instance((event) => got.push(event), renamed).delivery);
    expect(got).toMatchObject([{ customImsId: id, account: renamed }]);
  });

  it('gets nothing of what was rolled back, nor of what it did not ask for', async () => {
    const { store, events, account, woken } = instance(() => undefined);
    const attempt = newAttempt();
    await store.queue.insertSubmitting(
      newMessages(1).map((message) => ({ ...message, customImsId: 'a' })),
      attempt,
    );
    const failing = events.step(async (session) => {
      await store.results.applyReports(
        [
          {
            customImsId: 'a',
            imsId: null,
            mobile: null,
            state: 'DELIVERED',
            reportState: 'DELIVRD',
            description: null,
            submitTime: null,
            receiveTime: null,
          },
        ],
        session,
      );
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await store.results.recordOutcomes(attempt.token, [outcome('a', { state: 'REJECTED' })]);
    expect([await rowsOf(account), woken]).toEqual([[], []]);
  });

  it('that asks for fewer types than before is not called with the others; they are kept', async () => {
    const got: string[] = [];
    const { store, account } = instance(() => undefined);
    await accept(store);
    const handle = ({ type }: EmayImsEvent) => got.push(type);
    const narrowed = { ...HANDLER, types: new Set(['message.delivered'] as const), handle };
    const events = new DurableEventStore(bench.database, account);
    await deliverAll(new DurableDelivery(events, narrowed, account, LIMITS));
    expect(got).toEqual([]);
    expect(await rowsOf(account)).toHaveLength(1);
  });

  it('keeps a change from happening where that cannot be recorded for it', async () => {
    const unable = (session: SqlSession): SqlSession => ({
      rows: (sql, parameters) => session.rows(sql, parameters),
      run: (sql, parameters) =>
        sql.includes('emay_ims_event') ? Promise.reject(new Error('full')) : session.run(sql, parameters),
    });
    const { dialect } = bench.database;
    const transaction = (work: (session: SqlSession) => Promise<unknown>) =>
      bench.database.transaction((session) => work(unable(session)));
    const runAll = bench.database.runAll.bind(bench.database);
    const database = { dialect, ...unable(bench.database), transaction, runAll } as unknown as ImsDatabase;
    const { store, account } = instance(() => undefined, newAccount(), database);
    await expect(accept(store)).rejects.toThrow('full');
    expect(await bench.store(account).finder.stats()).toMatchObject({ SUBMITTING: 1, ACCEPTED: 0 });
  });

  it('that fails twice is called until it succeeds', async () => {
    let calls = 0;
    const { store, delivery, account } = instance(async () => {
      await pause(1);
      if (++calls < 3) throw new Error('the order service is away\0');
    });
    await accept(store);
    await deliverAll(delivery);
    expect(await rowsOf(account)).toMatchObject([
      { attempts: 1, error: 'Error: the order service is away', state: 'PENDING' },
    ]);
    for (let round = 0; round < 2; round++) await deliverAll(delivery);
    expect([calls, await rowsOf(account)]).toEqual([3, []]);
  });

  it('waits longer after each failure', async () => {
    const limits = { ...LIMITS, maxAttempts: 9, minBackoffMs: 1_000_000, maxBackoffMs: 3_000_000 };
    const { store, delivery, account } = instance(
      () => Promise.reject(new Error('no')),
      newAccount(),
      bench.database,
      limits,
    );
    await accept(store);
    const waits: number[] = [];
    for (let round = 0; round < 3; round++) {
      await deliverAll(delivery);
      await deliverAll(delivery);
      const [row] = await rowsOf(account);
      expect(Number(row?.attempts)).toBe(round + 1);
      waits.push(Number(row?.due_at) - (await store.queue.now()).getTime());
      await bench.database.run('UPDATE emay_ims_event SET due_at = created_at WHERE account = ?', [account]);
    }
    const within = [
      [500_000, 1_000_000],
      [1_000_000, 2_000_000],
      [1_500_000, 3_000_000],
    ] as const;
    for (const [index, [least, most]] of within.entries()) {
      expect(waits[index]).toBeGreaterThan(least - 60_000);
      expect(waits[index]).toBeLessThanOrEqual(most);
    }
  });

  it('that never succeeds is given up, kept as FAILED, and called anew when somebody says so', async () => {
    let isBroken = true;
    let calls = 0;
    const { store, delivery, events, account } = instance(() => {
      calls++;
      if (isBroken) throw new Error('x'.repeat(900));
    });
    await accept(store);
    for (let round = 0; round < 6; round++) await deliverAll(delivery);
    expect(calls).toBe(LIMITS.maxAttempts);
    const [row] = await rowsOf(account);
    expect(row).toMatchObject({ state: 'FAILED', error: `Error: ${'x'.repeat(493)}` });
    isBroken = false;
    expect(await events.durable.retryFailed('somebody else')).toBe(0);
    expect(await events.durable.retryFailed(NAME)).toBe(1);
    await deliverAll(delivery);
    expect(await rowsOf(account)).toEqual([]);
  });

  it('is called by one of two instances with each event', async () => {
    const calls: string[] = [];
    const by = new Set<number>();
    let meet!: () => void;
    const bothAreAtWork = new Promise<void>((resolve) => (meet = resolve));
    const handle = (who: number) => async (event: EmayImsEvent) => {
      calls.push(idOf(event));
      if (by.add(who).size === 2) meet();
      // Neither takes all of them before the other has begun, however slow the machine is.
      await bothAreAtWork;
    };
    const one = instance(handle(1));
    const other = instance(handle(2), one.account, second);
    const ids = await accept(one.store, 300);
    await Promise.all([deliverAll(one.delivery), deliverAll(other.delivery)]);
    await deliverAll(one.delivery);
    expect(calls.toSorted()).toEqual(ids.toSorted());
    expect(by).toEqual(new Set([1, 2]));
    expect(await rowsOf(one.account)).toEqual([]);
  });

  it('is called again with what a dead instance had claimed; that one, should it live, ends nothing', async () => {
    const got: string[] = [];
    const { store, delivery, events, account } = instance((event) => got.push(idOf(event)));
    const ids = await accept(store);
    const [stale] = await events.durable.claim(HANDLER, 1, HOUR);
    await deliverAll(delivery);
    expect(got).toEqual([]);
    await bench.database.run('UPDATE emay_ims_event SET due_at = created_at WHERE account = ?', [account]);
    const again = await events.durable.claim(HANDLER, 1, HOUR);
    await events.durable.finish(stale!);
    await events.durable.fail(stale!, 'late', 0);
    expect(await rowsOf(account)).toMatchObject([{ attempts: 2, error: null, claim: again[0]?.claim }]);
    await bench.database.run('UPDATE emay_ims_event SET due_at = created_at WHERE account = ?', [account]);
    await deliverAll(delivery);
    expect(got).toEqual(ids);
  });

  it('is not called for ever with an event that kills its process', async () => {
    let calls = 0;
    const { store, delivery, events, account } = instance(() => calls++);
    await accept(store);
    for (let death = 0; death < LIMITS.maxAttempts; death++) {
      expect(await events.durable.claim(HANDLER, 1, 0)).toHaveLength(1);
    }
    await deliverAll(delivery);
    expect(calls).toBe(0);
    expect(await rowsOf(account)).toMatchObject([{ state: 'FAILED', error: expect.stringContaining('process ended') }]);
  });

  it('that never ends counts as failed, and holds up neither the rest nor a shutdown', async () => {
    const got: string[] = [];
    const hang = (event: EmayImsEvent) => (got.push(idOf(event)), new Promise(() => undefined));
    const slow = instance(hang, newAccount(), bench.database, {
      ...LIMITS,
      callMs: 50,
      minBackoffMs: HOUR,
      maxBackoffMs: HOUR,
    });
    await accept(slow.store, 30);
    await deliverAll(slow.delivery);
    expect(got).toHaveLength(30);
    expect((await rowsOf(slow.account))[0]).toMatchObject({ error: 'Error: did not end within 0.05 seconds' });

    const stopped = instance(hang, newAccount(), bench.database, { ...LIMITS, callMs: HOUR });
    await accept(stopped.store, 30);
    const delivering = deliverAll(stopped.delivery);
    await eventually(
      () => got.length,
      (count) => count === 50,
    );
    stopped.delivery.stop();
    await delivering;
    const left = await rowsOf(stopped.account);
    const called = left.filter(({ attempts }) => Number(attempts) === 1);
    expect([called.length, left.length]).toEqual([20, 30]);
  });

  it.each([1, 19])(
    'that hangs with %d events is called with the others meanwhile, also later ones',
    async (hanging) => {
      let release!: () => void;
      const held = new Promise<void>((resolve) => (release = resolve));
      const done: string[] = [];
      let calls = 0;
      const hangAtFirst = async (event: EmayImsEvent) => {
        if (++calls <= hanging) await held;
        done.push(idOf(event));
      };
      const limits = { ...LIMITS, callMs: HOUR };
      const { store, delivery, account } = instance(hangAtFirst, newAccount(), bench.database, limits);
      await accept(store, 40);
      await delivery.deliver();
      await eventually(
        () => done.length,
        (count) => count === 40 - hanging,
      );
      await accept(store, 30);
      await delivery.deliver();
      await eventually(
        () => done.length,
        (count) => count === 70 - hanging,
      );
      release();
      await delivery.ended();
      expect(await rowsOf(account)).toEqual([]);
      expect(new Set(done).size).toBe(70);
    },
  );

  it('gets nothing more once a shutdown has begun, also where calls have just made room', async () => {
    const hang = new Promise<never>(() => undefined);
    let calls = 0;
    let done = 0;
    const limits = { ...LIMITS, callMs: HOUR };
    const { store, events, delivery } = instance(
      () => (++calls > 5 ? hang : done++),
      newAccount(),
      bench.database,
      limits,
    );
    await accept(store, 40);
    const claims = jest.spyOn(events.durable, 'claim');
    const delivering = deliverAll(delivery);
    await eventually(
      () => done,
      (count) => count === 5,
    );
    delivery.stop();
    await delivering;
    expect(claims).toHaveBeenCalledTimes(1);
  });

  it('is waited for by a shutdown', async () => {
    let done = 0;
    const { store, delivery, account } = instance(() => pause(30).then(() => done++));
    await accept(store, 40);
    const delivering = deliverAll(delivery);
    await eventually(async () => (await rowsOf(account)).some(({ attempts }) => Number(attempts) > 0), Boolean);
    delivery.stop();
    await delivering;
    const left = await rowsOf(account);
    expect(left).toHaveLength(40 - done);
    for (const row of left) expect(row).toMatchObject({ state: 'PENDING', attempts: 0 });
  });

  describe('and what a process has recorded that died before its handlers were known', () => {
    const DAY = 24 * HOUR;
    const EVENT = {
      type: 'message.accepted',
      account: 'a',
      occurredAt: new Date(0),
      customImsId: 'one',
    } as EmayImsEvent;
    const recorded = async (ageMs: number) => {
      const account = newAccount();
      const dead = new DurableEventStore(bench.database, account);
      await bench.database.transaction((session) => dead.recordEarly([EVENT], session));
      await bench.database.run('UPDATE emay_ims_event SET created_at = created_at - ? WHERE account = ?', [
        ageMs,
        account,
      ]);
      return account;
    };
    const without = (account: string, areKnown = true) =>
      new EventTransactions(bench.database, account, new EventListeners(account, areKnown));

    it('is taken by an instance that has one, however long ago', async () => {
      const account = await recorded(8 * DAY);
      const { events, woken } = instance(() => undefined, account);
      expect(await events.tellHandlersOfEarly()).toBe(1);
      expect([await rowsOf(account), woken]).toMatchObject([[{ handler: NAME, state: 'PENDING' }], [NAME]]);
    });

    it('is left for a week by one that has none, and deleted then: no other has taken it', async () => {
      const young = await recorded(6 * DAY);
      expect(await without(young).tellHandlersOfEarly()).toBe(0);
      await without(young, false).handlersAreKnown();
      expect(await rowsOf(young)).toHaveLength(1);
      const old = await recorded(8 * DAY);
      expect(await without(old).tellHandlersOfEarly()).toBe(1);
      expect(await rowsOf(old)).toEqual([]);
    });

    it('is left alone by one that does not know yet whether it has one', async () => {
      const account = await recorded(8 * DAY);
      const starting = without(account, false);
      expect(await starting.tellHandlersOfEarly()).toBe(0);
      expect(await rowsOf(account)).toHaveLength(1);
      await starting.handlersAreKnown();
      expect(await rowsOf(account)).toEqual([]);
    });
  });

  it('leaves FAILED events to retention, and no others', async () => {
    const { store, account, events } = instance(() => undefined);
    await accept(store, 3);
    const [failed, , pending] = await rowsOf(account);
    await bench.database.run("UPDATE emay_ims_event SET state = 'FAILED', due_at = 1 WHERE account = ? AND id <= ?", [
      account,
      failed!.id,
    ]);
    await bench.database.run("UPDATE emay_ims_event SET state = 'FAILED' WHERE account = ? AND id > ? AND id < ?", [
      account,
      failed!.id,
      pending!.id,
    ]);
    const retention = new Retention(
      new LeaseStore(bench.database, 'me'),
      new RetentionStore(bench.database, account),
      account,
    );
    expect((await retention.purge(1)).failedEvents).toBe(1);
    expect((await retention.purge(0)).failedEvents).toBe(1);
    expect(await events.durable.claim(HANDLER, 10, HOUR)).toHaveLength(1);
    expect(await new DurableEventStore(second, newAccount()).retryFailed(null)).toBe(0);
  });
});

describe.each(databasesUnderTest())('durable handlers of an application on %s', (kind) => {
  let app: GatewayApp;
  afterEach(() => app.close());

  it('are called when the gateway blocks the reports, though no message or report changes', async () => {
    const reasons: string[] = [];
    class Alarm {
      @OnImsEvent('reports.blocked', { durable: 'alarm' })
      ring({ reason }: EmayImsEventMap['reports.blocked']) {
        reasons.push(reason);
      }
    }
    app = await startGatewayApp(kind, { module: QUIET, providers: [Alarm] });
    app.simulator.inject({ kind: 'code', code: 'ERROR_PARAMS', times: 4, on: ['getIMSReport'] });
    for (let poll = 0; poll < 4; poll++) await app.ims.pullReports();
    await eventually(
      () => app.ims.status(),
      ({ pendingEvents }) => pendingEvents === 0 && reasons.length > 0,
    );
    expect(reasons).toEqual(['ERROR_PARAMS']);
  });

  it('are called at once, each for itself, and are seen in the status while they fail', async () => {
    const got: string[] = [];
    class Orders {
      @OnImsEvent('message.accepted', { durable: 'orders.accepted' })
      accepted({ customImsId }: EmayImsEventMap['message.accepted']) {
        got.push(`accepted ${customImsId}`);
      }

      @OnImsEvent(['message.delivered', 'message.accepted'], { durable: 'orders.audit' })
      async audit({ type }: EmayImsEventMap['message.delivered' | 'message.accepted']) {
        await pause(1);
        got.push(`audit ${type}`);
      }

      @OnImsEvent('report.*', { durable: 'reports' })
      reports() {
        throw new Error('not today');
      }
    }
    app = await startGatewayApp(kind, { module: QUIET, providers: [Orders] });
    app.simulator.pushReport(ACCOUNT.appId, {
      customImsId: 'stranger',
      imsId: '1',
      mobile: '0061422118009',
      state: 'DELIVRD',
      submitTime: '2026-01-01 00:00:00',
      receiveTime: '2026-01-01 00:00:00',
    });
    await app.ims.send({ mobile: '+61422118000', content: 'Hello', customImsId: 'one' });
    await app.ims.pullReports();
    await eventually(
      () => got.length,
      (count) => count === 3,
    );
    expect(got.toSorted()).toEqual(['accepted one', 'audit message.accepted', 'audit message.delivered']);
    await eventually(
      () => app.ims.status(),
      ({ pendingEvents }) => pendingEvents === 1,
    );
    expect(await app.ims.status()).toMatchObject({ failedEvents: 0 });
    expect(await app.ims.retryFailedEvents()).toBe(0);
  });
});
