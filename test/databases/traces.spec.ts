import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ImsDatabase, SqlSession } from '../../libs/emay-ims/src/database/ims-database.js';
import { EventListeners } from '../../libs/emay-ims/src/events/event-listeners.js';
import { EventTransactions } from '../../libs/emay-ims/src/events/event-transactions.js';
import { MessageTraces, MAX_TRACES, type Trace } from '../../libs/emay-ims/src/message-store/message-trace.js';
import type { DeliveryReport } from '../../libs/emay-ims/src/protocol/index.js';
import { ReportApplication } from '../../libs/emay-ims/src/reports/report-application.js';
import { RetentionStore } from '../../libs/emay-ims/src/retention/retention-store.js';
import { Retention } from '../../libs/emay-ims/src/retention/retention.js';
import { databasesUnderTest, dialectOf } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import { messageParts, type MessageParts } from './store/message-parts.js';
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

/** A database that notes each statement it is given. */
function noting(database: ImsDatabase): { database: ImsDatabase; statements: string[] } {
  const statements: string[] = [];
  const over = (session: SqlSession): SqlSession => ({
    rows: (sql, parameters) => (statements.push(sql), session.rows(sql, parameters)),
    run: (sql, parameters) => (statements.push(sql), session.run(sql, parameters)),
  });
  const noted: ImsDatabase = Object.assign(Object.create(database) as ImsDatabase, over(database), {
    transaction: <T>(work: (session: SqlSession) => Promise<T>) =>
      database.transaction((session) => work(over(session))),
    runAll: (all: readonly (readonly [string, readonly unknown[]])[]) => {
      statements.push(...all.map(([sql]) => sql));
      return database.runAll(all);
    },
  });
  return { database: noted, statements };
}

function report(customImsId: string, state: string, position = 0): DeliveryReport {
  const times = { receiveTime: null, submitTime: null, receiveTimeText: null, submitTimeText: null };
  return { position, customImsId, mobile: null, imsId: null, state, description: null, ...times };
}

describe.each(databasesUnderTest())('the evidence kept of messages on %s', (kind) => {
  let bench: StoreBench;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => bench.close());

  /** A store with or without somebody who listens: two ways in which messages change. */
  const storeWith = (isHeard: boolean, database = bench.database) => {
    const account = newAccount();
    const listeners = new EventListeners();
    if (isHeard) listeners.events$.subscribe(() => undefined);
    const events = new EventTransactions(database, account, listeners);
    const limits = { reportDeadlineMs: REPORT_DEADLINE_MS, holdMs: HOLD_MS };
    const store = messageParts(database, account, limits, events);
    const traces = new MessageTraces(database, account);
    const application = new ReportApplication(store.results, traces);
    const apply = (page: string, ...reports: DeliveryReport[]) =>
      events.transaction((session) => application.apply(reports, session, page));
    return { store, traces, application, apply, account, events };
  };
  const told = (traces: readonly Trace[]) =>
    traces.map(({ kind: what, attempt, code, detail }) => [what, attempt, code, detail]);
  const submit = async (store: MessageParts, ids: readonly string[]) => {
    const attempt = newAttempt();
    await store.queue.insertSubmitting(
      ids.map((customImsId) => newMessage({ customImsId })),
      attempt,
    );
    return attempt.token;
  };
  const pageOf = async (store: MessageParts, id: string) => (await bench.row(store, id)).report_page;

  describe.each([
    ['to which nobody listens', false],
    ['to which somebody listens', true],
  ])('of an account %s', (_, isHeard) => {
    it('released: an attempt that provably was not accepted, once however often it is told', async () => {
      const { store, traces } = storeWith(isHeard);
      const ids = Array.from({ length: 300 }, (_one, index) => `r-${index}`);
      const token = await submit(store, ids);
      const releases = ids.map((customImsId) => ({ customImsId, code: 'ECONNREFUSED', dueInMs: 1_000 }));
      await store.queue.release(token, releases);
      await store.queue.release(token, releases);
      for (const id of ['r-0', 'r-299']) {
        expect(told(await traces.find(id))).toEqual([['released', token, 'ECONNREFUSED', null]]);
      }
      const rows = await bench.database.rows('SELECT kind FROM emay_ims_trace WHERE account = ?', [store.account]);
      expect(rows).toHaveLength(300);
    });

    it('released: not what has been reported meanwhile', async () => {
      const { store, traces, apply } = storeWith(isHeard);
      const token = await submit(store, ['a', 'b']);
      await apply('page', report('a', 'DELIVRD'));
      await store.queue.release(
        token,
        ['a', 'b'].map((customImsId) => ({ customImsId, code: 'ECONNRESET', dueInMs: null })),
      );
      expect(told(await traces.find('a'))).toEqual([]);
      expect(told(await traces.find('b'))).toEqual([['released', token, 'ECONNRESET', null]]);
    });

    it('unconfirmed: no answer came; what was accepted or refused beside it leaves none', async () => {
      const { store, traces } = storeWith(isHeard);
      const token = await submit(store, ['a', 'b', 'c']);
      const outcomes = [
        outcome('a', { state: 'UNCONFIRMED', code: 'TIMEOUT', imsId: null }),
        outcome('b'),
        outcome('c', { state: 'REJECTED', code: 'MOBILE', imsId: null }),
      ];
      await store.results.recordOutcomes(token, outcomes);
      // The commit got no answer, so they are recorded again.
      await store.results.recordOutcomes(token, outcomes);
      expect(told(await traces.find('a'))).toEqual([['unconfirmed', token, 'TIMEOUT', null]]);
      expect([...(await traces.find('b')), ...(await traces.find('c'))]).toEqual([]);
      const [only] = await traces.find('a');
      expect(Math.abs(Date.now() - only!.at.getTime())).toBeLessThan(60_000);
    });

    it('unconfirmed: the process died; and late: its answer came after all', async () => {
      const { store, traces, events } = storeWith(isHeard);
      const token = await submit(store, ['a', 'b', 'c']);
      await bench.database.run('UPDATE emay_ims_message SET due_at = ? WHERE account = ?', [LONG_AGO, store.account]);
      await bench.database.run('UPDATE emay_ims_attempt SET due_at = ? WHERE account = ?', [LONG_AGO, store.account]);
      expect(await store.maintenance.recoverStalledAttempts()).toBe(3);
      await events.transaction((session) => store.results.resolve('b', 'resend', session));
      await events.transaction((session) => store.results.resolve('c', 'give-up', session));
      await store.results.recordOutcomes(token, [
        outcome('a'),
        outcome('b'),
        outcome('c', { state: 'UNCONFIRMED', code: 'TIMEOUT', imsId: null }),
      ]);
      const abandoned = ['unconfirmed', token, 'ATTEMPT_ABANDONED', null];
      expect(told(await traces.find('a'))).toEqual([abandoned, ['late', token, 'SUCCESS', 'ims-a']]);
      // It was sent again: that the first attempt was accepted is known from here alone.
      expect(told(await traces.find('b'))).toEqual([abandoned, ['late', token, 'SUCCESS', 'ims-b']]);
      expect(await bench.stateOf(store, 'b')).toBe('QUEUED');
      expect(told(await traces.find('c'))).toEqual([abandoned, ['late', token, 'TIMEOUT', null]]);
    });

    it("comes in the order of the database's clock, also after the machine's was set back", async () => {
      const { store, traces } = storeWith(isHeard);
      const token = await submit(store, ['a']);
      await store.results.recordOutcomes(token, [outcome('a', { state: 'UNCONFIRMED', code: 'TIMEOUT', imsId: null })]);
      // Not within one millisecond.
      await bench.database.run('UPDATE emay_ims_trace SET at = at - 1000 WHERE account = ?', [store.account]);
      jest.spyOn(Date, 'now').mockReturnValue(Date.now() - 3_600_000);
      await store.results.recordOutcomes(token, [outcome('a')]);
      expect((await traces.find('a')).map(({ kind: what }) => what)).toEqual(['unconfirmed', 'late']);
    });

    it('unconfirmed: a report names what was never submitted from here', async () => {
      const { store, traces, apply } = storeWith(isHeard);
      await bench.enqueue(store, [newMessage({ customImsId: 'a' })]);
      await apply('page-1', report('a', 'DELIVRD'));
      await apply('page-2', report('a', 'EXPIRED'));
      expect(told(await traces.find('a'))).toEqual([['unconfirmed', null, 'REPORTED_UNSENT', null]]);
      expect(await pageOf(store, 'a')).toBe('page-1');
    });

    it('contradicted: a report of another outcome, whether it counts or not, with its batch', async () => {
      const { store, traces, apply } = storeWith(isHeard);
      const token = await submit(store, ['up', 'down', 'same', 'twice', 'gone']);
      await apply('page-1', report('up', 'FAIL_RESPONSE'), report('down', 'DELIVRD', 1), report('same', 'DELIVRD', 2));
      await apply('page-2', report('up', 'DELIVRD'), report('down', 'FAIL_RESPONSE', 1), report('same', 'DELIVRD', 2));
      await apply('page-3', report('twice', 'FAIL_RESPONSE'), report('twice', 'DELIVRD', 1));
      expect(told(await traces.find('up'))).toEqual([
        ['contradicted', token, 'DELIVRD', 'UNDELIVERABLE DELIVERED page-2'],
      ]);
      expect(told(await traces.find('down'))).toEqual([
        ['contradicted', token, 'FAIL_RESPONSE', 'DELIVERED UNDELIVERABLE page-2'],
      ]);
      expect(told(await traces.find('same'))).toEqual([]);
      expect(told(await traces.find('twice'))).toEqual([
        ['contradicted', token, 'DELIVRD', 'UNDELIVERABLE DELIVERED page-3'],
      ]);
      const pages = ['up', 'down', 'same', 'twice', 'gone'].map((id) => pageOf(store, id));
      expect(await Promise.all(pages)).toEqual(['page-2', 'page-1', 'page-1', 'page-3', null]);
    });

    it('keeps the batch of a report that is matched later', async () => {
      const { store, application, events } = storeWith(isHeard);
      await submit(store, ['a']);
      await events.transaction((session) =>
        application.applyMatched(
          [report('a', 'DELIVRD'), report('b', 'DELIVRD', 1)],
          session,
          ({ position }) => `late-${position}`,
        ),
      );
      expect(await pageOf(store, 'a')).toBe('late-0');
    });

    it('contradicted: no more than twenty of one message', async () => {
      const { store, traces, apply } = storeWith(isHeard);
      await submit(store, ['a']);
      await apply('first', report('a', 'DELIVRD'));
      for (let page = 0; page < MAX_TRACES + 3; page++) await apply(`page-${page}`, report('a', 'FAIL_RESPONSE'));
      expect(await traces.find('a')).toHaveLength(MAX_TRACES);
    });

    it('cancelled: once, with who', async () => {
      const { store, traces } = storeWith(isHeard);
      await bench.enqueue(store, [newMessage({ customImsId: 'a' }), newMessage({ customImsId: 'b' })]);
      expect(await store.queue.cancel('a', null, 'ann')).toBe(true);
      expect(await store.queue.cancel('a', null, 'ann')).toBe(false);
      expect(await store.queue.cancel('b')).toBe(true);
      expect(told(await traces.find('a'))).toEqual([['cancelled', null, null, 'ann']]);
      expect(told(await traces.find('b'))).toEqual([['cancelled', null, null, null]]);
    });
  });

  it('takes no statement more for what is stored, claimed, accepted and reported as usual', async () => {
    const { database, statements } = noting(bench.database);
    const { store, apply, traces } = storeWith(false, database);
    const took = async (work: () => Promise<unknown>) => {
      statements.length = 0;
      await work();
      expect(statements.filter((sql) => sql.includes('emay_ims_trace'))).toEqual([]);
      return statements.length;
    };
    const messages = newMessages(300);
    const ids = idsOf(messages);
    const attempt = newAttempt();
    const now = await store.queue.now();
    await took(() => store.queue.insertQueued(messages, now, undefined, { isNew: true }));
    await took(() => store.queue.claim(300, attempt));
    expect(
      await took(() =>
        store.results.recordOutcomes(
          attempt.token,
          ids.map((id) => outcome(id)),
        ),
      ),
    ).toBe(1);
    const reports = ids.map((id, position) => report(id, 'DELIVRD', position));
    // MySQL takes fewer rows in a statement.
    expect(await took(() => apply('the-page', ...reports))).toBe(dialectOf(kind) === 'mysql' ? 2 : 1);
    expect(await store.finder.stats()).toMatchObject({ DELIVERED: 300 });
    expect(await traces.find(ids[0]!)).toEqual([]);
    expect(await pageOf(store, ids[299]!)).toBe('the-page');
  });

  it('goes with its messages when they are purged, and with those that somebody has deleted', async () => {
    const { store, account } = storeWith(false);
    await bench.enqueue(
      store,
      ['old', 'new', 'deleted', 'waits'].map((customImsId) => newMessage({ customImsId })),
    );
    for (const id of ['old', 'new', 'deleted']) expect(await store.queue.cancel(id)).toBe(true);
    await bench.database.run(
      'UPDATE emay_ims_message SET created_at = 1, final_at = 2 WHERE account = ? AND custom_ims_id = ?',
      [account, 'old'],
    );
    await bench.database.run('DELETE FROM emay_ims_message WHERE account = ? AND custom_ims_id = ?', [
      account,
      'deleted',
    ]);
    const another = storeWith(false);
    await bench.enqueue(another.store, [newMessage({ customImsId: 'old' })]);
    await another.store.queue.cancel('old');
    const retention = new Retention(null as never, new RetentionStore(bench.database, account), account);
    expect(await retention.purge(30)).toMatchObject({ messages: 1 });
    const left = await bench.database.rows('SELECT custom_ims_id FROM emay_ims_trace WHERE account = ?', [account]);
    expect(left).toEqual([{ custom_ims_id: 'new' }]);
    expect(await another.traces.find('old')).toHaveLength(1);
  });
});
