import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ImsDatabase, SqlSession, SqlStatement } from '../../libs/emay-ims/src/database/ims-database.js';
import type { EmayImsEvent } from '../../libs/emay-ims/src/events/emay-ims-event.js';
import { EventListeners } from '../../libs/emay-ims/src/events/event-listeners.js';
import { EventTransactions } from '../../libs/emay-ims/src/events/event-transactions.js';
import { IMS_MESSAGE_STATES, type ImsMessageState } from '../../libs/emay-ims/src/messages/message-state.js';
import type { AppliedReport } from '../../libs/emay-ims/src/messages/applied-report.js';
import { messageParts, type MessageParts } from './store/message-parts.js';
import { databasesUnderTest } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import { outcome } from './store/recording-outcomes.js';
import {
  HOLD_MS,
  idsOf,
  LONG_AGO,
  newAccount,
  newAttempt,
  newMessage,
  newMessages,
  REPORT_DEADLINE_MS,
  StoreBench,
} from './store/store-bench.js';

/** A store with somebody who listens. */
interface Told {
  store: MessageParts;
  events: EventTransactions;
  heard: EmayImsEvent[];
  /** Type and message of what has been heard since the last call. */
  take(): string[];
}

const report = (customImsId: string, state: AppliedReport['state']): AppliedReport => ({
  customImsId,
  imsId: `ims-${customImsId}`,
  mobile: null,
  state,
  reportState: `RAW_${state}`,
  description: '成功',
  submitTime: null,
  receiveTime: null,
});

describe.each(databasesUnderTest())('events of messages on %s', (kind) => {
  let bench: StoreBench;
  let second: ImsDatabase;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
    second = await bench.anotherDatabase();
  });
  afterAll(() => bench.close());

  const storeOn = (database: ImsDatabase, account: string, events: EventTransactions) =>
    messageParts(database, account, { reportDeadlineMs: REPORT_DEADLINE_MS, holdMs: HOLD_MS }, events);
  const told = (account = newAccount(), database = bench.database): Told => {
    const listeners = new EventListeners();
    const heard: EmayImsEvent[] = [];
    listeners.events$.subscribe((event) => heard.push(event));
    const events = new EventTransactions(database, account, listeners);
    const take = () =>
      heard
        .splice(0)
        .map((event) => `${event.type} ${'customImsId' in event ? event.customImsId : ''}`)
        .toSorted();
    return { store: storeOn(database, account, events), events, heard, take };
  };
  const applyBy = (way: 'applyReports' | 'applyNamedReports', { store, events }: Told, reports: AppliedReport[]) =>
    events.transaction((session) => store.results[way](reports, session));
  const apply = (one: Told, ...reports: AppliedReport[]) => applyBy('applyReports', one, reports);
  const eventOf = (state: ImsMessageState, id: string) => `message.${state.toLowerCase()} ${id}`;

  it('tell where a message stands, and nothing of its text', async () => {
    const one = told();
    const attempt = newAttempt();
    await one.store.queue.insertSubmitting([newMessage({ customImsId: 'a', mobile: '+61422118000' })], attempt);
    await one.store.results.recordOutcomes(attempt.token, [outcome('a', { imsId: '4711' })]);
    const { acceptedAt } = (await one.store.finder.findOne('a')) ?? {};
    const shared = { account: one.store.account, customImsId: 'a', imsId: '4711', mobile: '+61422118000' };
    const accepted = {
      ...shared,
      type: 'message.accepted',
      state: 'ACCEPTED',
      code: 'SUCCESS',
      occurredAt: expect.any(Date),
    };
    expect(one.heard).toEqual([{ ...accepted, reportState: null, reportDescription: null }]);
    // By the database's clock: MariaDB reads the row a moment after it has changed it.
    const late = Number(one.heard[0]?.occurredAt) - Number(acceptedAt);
    expect([late >= 0, late < 5_000]).toEqual([true, true]);
    await apply(one, report('a', 'DELIVERED'));
    expect(one.heard[1]).toMatchObject({
      ...shared,
      state: 'DELIVERED',
      reportState: 'RAW_DELIVERED',
      reportDescription: '成功',
    });
    expect(one.heard).toHaveLength(2);
  });

  it.each(['ACCEPTED', 'REJECTED', 'UNCONFIRMED'] as const)(
    'tell of an answer %s where it moves the message',
    async (to) => {
      const one = told();
      const { token } = newAttempt();
      for (const from of IMS_MESSAGE_STATES) {
        await bench.inState(one.store, from, from, token);
        await bench.put(one.store, from, { attempt: token });
      }
      const outcomes = IMS_MESSAGE_STATES.map((from) => outcome(from, { state: to }));
      await one.store.results.recordOutcomes(token, outcomes);
      const moved = to === 'UNCONFIRMED' ? ['SUBMITTING'] : ['SUBMITTING', 'UNCONFIRMED'];
      expect(one.take()).toEqual(moved.map((from) => eventOf(to, from)));
      await one.store.results.recordOutcomes(token, outcomes);
      expect(one.take()).toEqual([]);
    },
  );

  it.each(
    (['DELIVERED', 'UNDELIVERABLE', 'REJECTED', 'UNKNOWN'] as const).flatMap((to) =>
      (['applyReports', 'applyNamedReports'] as const).map((way) => [to, way] as const),
    ),
  )('tell of a report %s once, however often it comes, and only where it moves the message: %s', async (to, way) => {
    const one = told();
    for (const from of IMS_MESSAGE_STATES) await bench.inState(one.store, from, from, newAttempt().token);
    await bench.put(one.store, 'QUEUED', { attempts: 1, attempt: 'refused' });
    const reports = IMS_MESSAGE_STATES.map((from) => report(from, to));
    await applyBy(way, one, reports);
    const moved = [];
    for (const from of IMS_MESSAGE_STATES) {
      if (from !== to && (await bench.stateOf(one.store, from)) === to) moved.push(eventOf(to, from));
    }
    expect(moved.length).toBeGreaterThan(3);
    expect(one.take()).toEqual(moved.toSorted());
    await applyBy(way, one, reports);
    expect(one.take()).toEqual([]);
  });

  it('tell of the last word about a message where one transaction has several', async () => {
    const one = told();
    await bench.inState(one.store, 'ACCEPTED', 'a', newAttempt().token);
    await one.events.transaction(async (session) => {
      await one.store.results.applyReports([report('a', 'UNDELIVERABLE')], session);
      await one.store.results.applyReports([report('a', 'DELIVERED')], session);
    });
    expect(one.take()).toEqual(['message.delivered a']);
  });

  it('tell of each step up, whatever the order of contradicting reports', async () => {
    const one = told();
    await bench.inState(one.store, 'ACCEPTED', 'up', newAttempt().token);
    await bench.inState(one.store, 'ACCEPTED', 'down', newAttempt().token);
    await apply(one, report('up', 'UNDELIVERABLE'), report('down', 'DELIVERED'));
    await apply(one, report('up', 'DELIVERED'), report('down', 'UNDELIVERABLE'));
    expect(one.take()).toEqual(['message.delivered down', 'message.delivered up', 'message.undeliverable up']);
  });

  it('tell of nothing that was rolled back', async () => {
    const one = told();
    await bench.inState(one.store, 'ACCEPTED', 'a', newAttempt().token);
    const failing = one.events.transaction(async (session) => {
      await one.store.results.applyReports([report('a', 'DELIVERED')], session);
      throw new Error('the disk is full');
    });
    await expect(failing).rejects.toThrow('the disk is full');
    expect(one.take()).toEqual([]);
    expect(await bench.stateOf(one.store, 'a')).toBe('ACCEPTED');
  });

  it('are told after the commit: another connection sees the new state', async () => {
    const account = newAccount();
    const listeners = new EventListeners();
    const seen: Promise<ImsMessageState | undefined>[] = [];
    const observer = bench.store(account, second);
    listeners.events$.subscribe(() => seen.push(bench.stateOf(observer, 'a')));
    const store = storeOn(bench.database, account, new EventTransactions(bench.database, account, listeners));
    const attempt = newAttempt();
    await store.queue.insertSubmitting([newMessage({ customImsId: 'a' })], attempt);
    await store.results.recordOutcomes(attempt.token, [outcome('a')]);
    expect(await Promise.all(seen)).toEqual(['ACCEPTED']);
  });

  it('come once each from two instances that apply the same reports at the same time', async () => {
    const account = newAccount();
    const instances = [told(account), told(account, second)] as const;
    const messages = newMessages(120);
    await instances[0].store.queue.insertSubmitting(messages, newAttempt());
    const reports = idsOf(messages).map((id) => report(id, 'DELIVERED'));
    await Promise.all([
      apply(instances[0], ...reports),
      apply(instances[1], ...reports.toReversed()),
      apply(instances[0], ...reports.slice(60)),
      apply(instances[1], ...reports.slice(0, 60)),
    ]);
    const heard = [...instances[0].take(), ...instances[1].take()].toSorted();
    expect(heard).toEqual(
      idsOf(messages)
        .map((id) => `message.delivered ${id}`)
        .toSorted(),
    );
  });

  it.each<[string, ImsMessageState, Record<string, number | null>, string, (store: MessageParts) => Promise<number>]>([
    [
      'abandoned attempts',
      'SUBMITTING',
      { due_at: LONG_AGO },
      'unconfirmed',
      (store) => store.maintenance.recoverStalledAttempts(),
    ],
    [
      'messages past their time',
      'QUEUED',
      { due_at: LONG_AGO, expires_at: LONG_AGO },
      'expired',
      (store) => store.maintenance.expire(),
    ],
    [
      'held messages',
      'QUEUED',
      { due_at: null, submitted_at: LONG_AGO },
      'expired',
      (store) => store.maintenance.expire(),
    ],
    [
      'overdue reports',
      'ACCEPTED',
      { due_at: LONG_AGO },
      'unknown',
      (store) => store.maintenance.endOverdueReportWaits(),
    ],
  ])(
    'tell of each of many %s that a sweep has moved, and of nobody else’s',
    async (_, state, columns, event, sweep) => {
      const one = told();
      const other = told();
      const messages = newMessages(2_100);
      for (const { store } of [one, other]) {
        for (let start = 0; start < messages.length; start += 1_000) {
          await bench.enqueue(store, messages.slice(start, start + 1_000));
        }
        const set = Object.entries({ state, ...columns });
        await bench.database.run(
          `UPDATE emay_ims_message SET ${set.map(([name]) => `${name} = ?`).join(', ')} WHERE account = ?`,
          [...set.map(([, value]) => value), store.account],
        );
        await bench.relist(store);
      }
      expect(await sweep(one.store)).toBe(2_100);
      expect(one.take()).toEqual(
        idsOf(messages)
          .map((id) => `message.${event} ${id}`)
          .toSorted(),
      );
      expect(await sweep(one.store)).toBe(0);
      expect([...one.take(), ...other.take()]).toEqual([]);
      expect((await other.store.finder.stats())[state]).toBe(2_100);
    },
  );

  it.each([
    ['give-up', ['message.unknown a']],
    ['resend', []],
  ] as const)('tell of a person’s decision to %s: %j', async (decision, heard) => {
    const one = told();
    await bench.inState(one.store, 'UNCONFIRMED', 'a', newAttempt().token);
    const decide = () => one.events.transaction((session) => one.store.results.resolve('a', decision, session));
    expect(await decide()).toBe(true);
    expect(await decide()).toBe(false);
    expect(one.take()).toEqual(heard);
  });

  describe('cost nothing while nobody listens to them', () => {
    /** Counts the statements that reach the database, transactions among them. */
    const counting = (database: ImsDatabase) => {
      const log: string[] = [];
      const noting = (session: SqlSession): SqlSession => ({
        rows: (sql, parameters) => (log.push(sql), session.rows(sql, parameters)),
        run: (sql, parameters) => (log.push(sql), session.run(sql, parameters)),
      });
      const transaction = (work: (session: SqlSession) => Promise<unknown>) => {
        log.push('BEGIN');
        return database.transaction((session) => work(noting(session)));
      };
      const runAll = (statements: readonly SqlStatement[]) => {
        log.push(...statements.map(([sql]) => sql));
        return database.runAll(statements);
      };
      return {
        log,
        database: { dialect: database.dialect, ...noting(database), transaction, runAll } as unknown as ImsDatabase,
      };
    };

    it.each<[string, (listeners: EventListeners) => void]>([
      ['nobody listens', () => undefined],
      [
        'somebody listens to circuits alone',
        (listeners) =>
          listeners.add({ label: 'x', types: new Set(['account.circuit-opened']), handle: () => undefined }),
      ],
      ['a subscriber has left', (listeners) => listeners.events$.subscribe().unsubscribe()],
    ])('%s: one statement for each step, and no transaction of its own', async (_, listen) => {
      const { log, database } = counting(bench.database);
      const listeners = new EventListeners();
      listen(listeners);
      const account = newAccount();
      const events = new EventTransactions(database, account, listeners);
      const store = storeOn(database, account, events);
      const attempt = newAttempt();
      await store.queue.insertSubmitting(
        newMessages(3).map((message, index) => ({ ...message, customImsId: `${index}` })),
        attempt,
      );
      const count = async (work: () => Promise<unknown>) => {
        log.length = 0;
        await work();
        return log.length;
      };
      expect(
        await count(() =>
          store.results.recordOutcomes(
            attempt.token,
            ['0', '1'].map((id) => outcome(id)),
          ),
        ),
      ).toBe(1);
      // One look at what is overdue.
      expect(await count(() => store.maintenance.recoverStalledAttempts())).toBe(1);
      expect(await count(() => store.maintenance.endOverdueReportWaits())).toBe(1);
      expect(await count(() => store.maintenance.expire())).toBe(2);
      const reports = [report('0', 'DELIVERED')];
      expect(
        await count(() => events.transaction((session) => store.results.applyNamedReports(reports, session))),
      ).toBe(2);
      expect(log.some((sql) => /returning|for update/i.test(sql))).toBe(false);
      expect(await store.finder.stats()).toMatchObject({ SUBMITTING: 1, ACCEPTED: 1, DELIVERED: 1 });
    });
  });
});
