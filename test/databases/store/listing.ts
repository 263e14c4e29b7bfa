import { describe, expect, it, jest } from '@jest/globals';
import { outcomeOf, outcomeSql } from '../../../libs/emay-ims/src/message-store/listed-outcome.js';
import { unpackIds } from '../../../libs/emay-ims/src/message-store/packed-ids.js';
import type { ImsMessageState } from '../../../libs/emay-ims/src/messages/message-state.js';
import type { AppliedReport } from '../../../libs/emay-ims/src/messages/applied-report.js';
import type { MessageOutcome } from '../../../libs/emay-ims/src/messages/attempt.js';
import type { MessageParts } from './message-parts.js';
import {
  FAR_FUTURE,
  HOUR,
  idsOf,
  LONG_AGO,
  newAttempt,
  newMessage,
  newMessages,
  type StoreBench,
} from './store-bench.js';

/** The lists that lead to messages: what is due, what is under way, and what is off the usual way. */
export function itLists(bench: () => StoreBench): void {
  const listed = async (store: MessageParts, table: 'emay_ims_due' | 'emay_ims_attempt'): Promise<string[][]> => {
    const rows = await bench().database.rows(`SELECT ids FROM ${table} WHERE account = ?`, [store.account]);
    return rows.map(({ ids }) => unpackIds(String(ids)));
  };
  const due = async (store: MessageParts) => (await listed(store, 'emay_ims_due')).flat().toSorted();
  const underWay = async (store: MessageParts) => (await listed(store, 'emay_ims_attempt')).flat().toSorted();
  const accept = (store: MessageParts, token: string, ids: readonly string[]) =>
    store.results.recordOutcomes(
      token,
      ids.map((customImsId) => ({
        customImsId,
        state: 'ACCEPTED',
        code: 'SUCCESS',
        imsId: `ims-${customImsId}`,
        rawAnswer: null,
      })),
    );

  describe('lists', () => {
    it('what is stored together in rows of at most 300, by priority and times', async () => {
      const store = bench().store();
      await bench().enqueue(store, [...newMessages(601), ...newMessages(2, { priority: 5 })]);
      expect((await listed(store, 'emay_ims_due')).map(({ length }) => length).toSorted((a, b) => a - b)).toEqual([
        1, 2, 300, 300,
      ]);
    });

    it('a message as due, then under way until nothing is awaited of it', async () => {
      const store = bench().store();
      const attempt = newAttempt();
      await bench().enqueue(store, [newMessage({ customImsId: 'one' })]);
      expect([await due(store), await underWay(store)]).toEqual([['one'], []]);
      await store.queue.claim(1, attempt);
      expect([await due(store), await underWay(store)]).toEqual([[], ['one']]);
      await accept(store, attempt.token, ['one']);
      expect([await due(store), await underWay(store)]).toEqual([[], ['one']]);
      await store.results.resolve('one', 'resend', bench().database);
      expect(await due(store)).toEqual([]);
    });

    it('again what goes back into the queue: taken off hold, released for later, sent again by a person', async () => {
      const store = bench().store();
      const attempt = newAttempt();
      await bench().enqueue(store, newMessages(3));
      const claimed = idsOf(await store.queue.claim(3, attempt)).toSorted();
      await store.queue.release(
        attempt.token,
        claimed.map((customImsId) => ({ customImsId, code: 'X', dueInMs: null })),
      );
      expect(await due(store)).toEqual([]);
      await store.queue.unhold(claimed);
      expect(await due(store)).toEqual(claimed);
      const second = newAttempt();
      expect(idsOf(await store.queue.claim(3, second)).toSorted()).toEqual(claimed);
      await store.queue.release(
        second.token,
        claimed.map((customImsId) => ({ customImsId, code: 'X', dueInMs: HOUR })),
      );
      expect(await due(store)).toEqual(claimed);
      expect(await store.queue.claim(3, newAttempt())).toEqual([]);
      await bench().inState(store, 'UNCONFIRMED', 'doubt', newAttempt().token);
      expect(await store.results.resolve('doubt', 'resend', bench().database)).toBe(true);
      expect(idsOf(await store.queue.claim(3, newAttempt()))).toEqual(['doubt']);
    });

    it('again what a claim leaves: a second message to a number, and what exceeds the request', async () => {
      const store = bench().store();
      const [first, second] = newMessages(2, { mobile: '+61400000001' });
      await bench().enqueue(store, [first!, second!, ...newMessages(3)]);
      const claimed = await store.queue.claim(3, newAttempt());
      expect(claimed).toHaveLength(2);
      expect(await due(store)).toHaveLength(3);
      expect(await store.queue.claim(10, newAttempt())).toHaveLength(3);
      expect(await due(store)).toEqual([]);
    });

    it('nothing that was cancelled', async () => {
      const store = bench().store();
      await bench().enqueue(
        store,
        ['one', 'two', "o'n\\e%_"].map((customImsId) => newMessage({ customImsId })),
      );
      expect(await store.queue.cancel("o'n\\e%_")).toBe(true);
      expect(await due(store)).toEqual(['one', 'two']);
      expect(await store.queue.cancel('one')).toBe(true);
      expect(await due(store)).toEqual(['two']);
      expect(idsOf(await store.queue.claim(10, newAttempt()))).toEqual(['two']);
    });

    const listings = async (store: MessageParts) => {
      const rows = await bench().database.rows('SELECT state, outcome FROM emay_ims_message WHERE account = ?', [
        store.account,
      ]);
      return Object.fromEntries(rows.map((row) => [String(row.state), row.outcome]));
    };
    const asTheyShould = (states: ImsMessageState[]) =>
      Object.fromEntries(states.map((state) => [state, outcomeOf(state)]));

    it.each<MessageOutcome['state'][][]>([
      [['ACCEPTED']],
      [['REJECTED', 'UNCONFIRMED']],
      [['ACCEPTED', 'REJECTED', 'UNCONFIRMED']],
    ])('answers of one request as what they say: %p', async (states) => {
      const store = bench().store();
      const attempt = newAttempt();
      await store.queue.insertSubmitting(
        states.map((customImsId) => newMessage({ customImsId })),
        attempt,
      );
      const learned = { code: 'C', imsId: null, rawAnswer: null };
      await store.results.recordOutcomes(
        attempt.token,
        states.map((state) => ({ ...learned, customImsId: state, state })),
      );
      expect(await listings(store)).toEqual(asTheyShould(states));
    });

    it.each<AppliedReport['state'][][]>([
      [['DELIVERED']],
      [['UNDELIVERABLE', 'REJECTED', 'UNKNOWN']],
      [['DELIVERED', 'UNDELIVERABLE', 'REJECTED', 'UNKNOWN']],
    ])('reports of one page as what they say, whatever became of the request: %p', async (states) => {
      for (const from of ['SUBMITTING', 'UNCONFIRMED', 'ACCEPTED', 'QUEUED'] as const) {
        const store = bench().store();
        for (const id of states) {
          await bench().inState(store, from, id, newAttempt().token);
          await bench().put(store, id, { attempts: 1, attempt: 'refused' });
        }
        const report = {
          imsId: '1',
          mobile: null,
          reportState: 'R',
          description: null,
          submitTime: null,
          receiveTime: null,
        };
        const reports = states.map((state) => ({ ...report, customImsId: state, state }));
        expect(await store.results.applyNamedReports(reports, bench().database)).toBe(states.length);
        expect(await listings(store)).toEqual(asTheyShould(states));
      }
    });

    it('nothing for the dispatcher that is not QUEUED and ready, whatever is listed', async () => {
      const store = bench().store();
      await bench().inState(store, 'ACCEPTED', 'accepted', newAttempt().token);
      await bench().enqueue(store, [newMessage({ customImsId: 'later', sendAt: new Date(FAR_FUTURE) })]);
      await bench().inState(store, 'QUEUED', 'held', newAttempt().token);
      await bench().put(store, 'held', { due_at: null });
      await bench().database.run(
        'INSERT INTO emay_ims_due (id, account, priority, due_at, ids) VALUES (?, ?, 0, 1, ?)',
        [newAttempt().token, store.account, JSON.stringify(['accepted', 'later', 'held', 'purged'])],
      );
      expect(await store.queue.claim(10, newAttempt())).toEqual([]);
      expect(await due(store)).toContain('later');
      expect(await store.queue.hasReady()).toBe(false);
    });

    it('a message twice without sending it twice', async () => {
      const store = bench().store();
      const messages = newMessages(20);
      await bench().enqueue(store, messages);
      await bench().database.run(
        'INSERT INTO emay_ims_due (id, account, priority, due_at, ids) VALUES (?, ?, 0, 1, ?)',
        [newAttempt().token, store.account, JSON.stringify(idsOf(messages).toReversed())],
      );
      expect(await due(store)).toHaveLength(40);
      const claims = await Promise.all(Array.from({ length: 4 }, () => store.queue.claim(7, newAttempt())));
      const rest = await store.queue.claim(100, newAttempt());
      expect([...claims.flat(), ...rest].map(({ customImsId }) => customImsId).toSorted()).toEqual(
        idsOf(messages).toSorted(),
      );
    });

    it('messages that were enqueued one by one into full requests', async () => {
      const store = bench().store();
      for (const message of newMessages(25)) await bench().enqueue(store, [message]);
      expect(await store.queue.claim(20, newAttempt())).toHaveLength(20);
      expect(await store.queue.claim(20, newAttempt())).toHaveLength(5);
    });
  });

  describe('looks at attempts', () => {
    const endAttempts = async (store: MessageParts) => {
      await bench().database.run('UPDATE emay_ims_message SET due_at = 1 WHERE account = ?', [store.account]);
      await bench().database.run('UPDATE emay_ims_attempt SET due_at = 1, ends_at = 1 WHERE account = ?', [
        store.account,
      ]);
    };

    it('so that only what still waits stays listed', async () => {
      const store = bench().store();
      const attempt = newAttempt(0);
      const messages = ['a', 'b', 'c'].map((customImsId) => newMessage({ customImsId }));
      await store.queue.insertSubmitting(messages, attempt);
      await accept(store, attempt.token, ['a', 'b', 'c']);
      const report = { imsId: null, mobile: null, reportState: 'DELIVRD', description: null, submitTime: null };
      await store.results.applyReports(
        ['a', 'b'].map((customImsId) => ({ ...report, customImsId, state: 'DELIVERED', receiveTime: null })),
        bench().database,
      );
      expect(await store.maintenance.recoverStalledAttempts()).toBe(0);
      expect(await underWay(store)).toEqual(['c']);
      await endAttempts(store);
      expect(await store.maintenance.endOverdueReportWaits()).toBe(1);
      expect(await bench().stateOf(store, 'c')).toBe('UNKNOWN');
      expect(await underWay(store)).toEqual([]);
    });

    it('that ended, whatever happens to one after the other', async () => {
      const store = bench().store();
      for (let count = 0; count < 11; count++) await store.queue.insertSubmitting(newMessages(2), newAttempt());
      await endAttempts(store);
      expect(await store.maintenance.recoverStalledAttempts()).toBe(22);
      expect(await underWay(store)).toEqual([]);
    });

    it('again where an answer came so late that they were over', async () => {
      const store = bench().store();
      const attempt = newAttempt();
      await store.queue.insertSubmitting([newMessage({ customImsId: 'late' })], attempt);
      await endAttempts(store);
      expect(await store.maintenance.recoverStalledAttempts()).toBe(1);
      expect(await underWay(store)).toEqual([]);
      await accept(store, attempt.token, ['late']);
      expect(await bench().stateOf(store, 'late')).toBe('ACCEPTED');
      await bench().put(store, 'late', { due_at: LONG_AGO });
      expect(await store.maintenance.endOverdueReportWaits()).toBe(1);
      expect(await bench().stateOf(store, 'late')).toBe('UNKNOWN');
    });

    it('again for each of several late answers', async () => {
      const store = bench().store();
      const attempt = newAttempt();
      await store.queue.insertSubmitting(
        ['one', 'two'].map((customImsId) => newMessage({ customImsId })),
        attempt,
      );
      await endAttempts(store);
      expect(await store.maintenance.recoverStalledAttempts()).toBe(2);
      for (const id of ['one', 'two']) await accept(store, attempt.token, [id]);
      expect(await underWay(store)).toEqual(['one', 'two']);
    });

    it('of a clock that was set back at once, so that a late answer is listed again', async () => {
      const store = bench().store();
      const attempt = newAttempt();
      await store.queue.insertSubmitting([newMessage({ customImsId: 'ahead' })], attempt);
      for (const set of [
        'emay_ims_message SET created_at = created_at + ?, submitted_at = submitted_at + ?, due_at = due_at + ?',
        'emay_ims_attempt SET ends_at = ends_at + ?, due_at = due_at + ?',
      ]) {
        const hours = Array<number>(set.split('?').length - 1).fill(2 * HOUR);
        await bench().database.run(`UPDATE ${set} WHERE account = ?`, [...hours, store.account]);
      }
      await store.maintenance.recoverFromClockSetBack();
      const real = performance.now.bind(performance);
      const later = jest.spyOn(performance, 'now').mockImplementation(() => real() + 130_000);
      expect(await store.maintenance.recoverFromClockSetBack()).toBe(1);
      later.mockRestore();
      await accept(store, attempt.token, ['ahead']);
      expect(await underWay(store)).toEqual(['ahead', 'ahead']);
      expect(await store.maintenance.endOverdueReportWaits()).toBe(0);
      await bench().database.run('UPDATE emay_ims_message SET due_at = 1 WHERE account = ?', [store.account]);
      await bench().database.run('UPDATE emay_ims_attempt SET due_at = 1 WHERE account = ?', [store.account]);
      expect(await store.maintenance.endOverdueReportWaits()).toBe(1);
      expect(await underWay(store)).toEqual([]);
    });

    it('for a report with the id of the gateway alone', async () => {
      const store = bench().store();
      const attempt = newAttempt();
      const messages = newMessages(3);
      await store.queue.insertSubmitting(messages, attempt);
      await accept(store, attempt.token, idsOf(messages));
      const [, wanted] = idsOf(messages);
      expect(await store.finder.stats()).toMatchObject({ ACCEPTED: 3, DELIVERED: 0, SUBMITTING: 0, QUEUED: 0 });
      expect(await store.results.findByImsIdAlone([`ims-${wanted}`], bench().database)).toMatchObject([
        { customImsId: wanted },
      ]);
      const ends = (await store.queue.now()).getTime() + HOUR;
      const around = (from: number, to: number) =>
        store.results.findByImsIdAlone([`ims-${wanted}`], bench().database, { from, to });
      expect(await around(ends - HOUR, ends + HOUR)).toHaveLength(1);
      expect(await around(ends + HOUR, ends + 2 * HOUR)).toEqual([]);
    });
  });

  it('what the other tests have left: each message as its state says', async () => {
    const wrong = await bench().database.rows(
      `SELECT state, outcome FROM emay_ims_message
       WHERE COALESCE(outcome, '-') <> CASE WHEN state = 'QUEUED' AND due_at IS NULL THEN 'HELD' ELSE COALESCE(${outcomeSql('state')}, '-') END`,
    );
    expect(wrong).toEqual([]);
  });

  it('every message that waits', async () => {
    const { database } = bench();
    const missing = async (states: string, table: string) => {
      const lists = await database.rows(`SELECT account, ids FROM ${table}`);
      const names = new Set(
        lists.flatMap(({ account, ids }) => unpackIds(String(ids)).map((id) => `${account} ${id}`)),
      );
      const waiting = await database.rows(
        `SELECT account, custom_ims_id FROM emay_ims_message WHERE state IN (${states}) AND due_at IS NOT NULL`,
      );
      return waiting.map(({ account, custom_ims_id: id }) => `${account} ${id}`).filter((name) => !names.has(name));
    };
    expect(await missing("'QUEUED'", 'emay_ims_due')).toEqual([]);
    expect(await missing("'SUBMITTING', 'ACCEPTED'", 'emay_ims_attempt')).toEqual([]);
  });
}
