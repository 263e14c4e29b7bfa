import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { MessageOutcome } from '../../libs/emay-ims/src/messages/attempt.js';
import { EventTransactions } from '../../libs/emay-ims/src/events/event-transactions.js';
import { UnconfirmedResolver } from '../../libs/emay-ims/src/operator/unconfirmed-resolver.js';
import { databasesUnderTest } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import { delivered, newReceiver, page, stored, type OfInstance } from './store/receiver.js';
import { newAttempt, newMessage, StoreBench } from './store/store-bench.js';

describe.each(databasesUnderTest())('the matching of reports on %s', (kind) => {
  let bench: StoreBench;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
  });
  afterAll(() => bench.close());

  const receiver = (...given: OfInstance) => newReceiver(bench, ...given);
  const rowsOf = (table: string, account: string) => bench.rowsOf(table, account);

  it('keeps a report of a stranger once, as it came, and gives it to its message when that turns up', async () => {
    const one = receiver();
    const stand = await stored(one, page(delivered('later', { mobile: '0061422118000', customImsId: 'later' })));
    await one.ingestor.ingest(stand);
    expect(await one.lateMatching.match()).toBe(0);
    expect(await rowsOf('emay_ims_report', one.store.account)).toMatchObject([
      { status: 'ORPHANED', mobile: '+61422118000', custom_ims_id: 'later', ims_id: 'ims-later', description: '成功' },
    ]);

    await one.store.queue.insertSubmitting(
      [newMessage({ customImsId: 'later', mobile: '+61422118000' })],
      newAttempt(),
    );
    expect(await receiver().lateMatching.match()).toBe(0);
    expect(await one.lateMatching.match()).toBe(1);
    expect(await one.store.finder.findOne('later')).toMatchObject({
      state: 'DELIVERED',
      imsId: 'ims-later',
      reportDescription: '成功',
      gatewaySubmitTime: new Date('2023-07-31T14:36:00+08:00'),
    });
    expect(await one.lateMatching.match()).toBe(0);
    expect(await rowsOf('emay_ims_report', one.store.account)).toEqual([]);
  });

  it("applies a report that tells the gateway's id and nothing else, neither ours nor a number", async () => {
    const one = receiver();
    const attempt = newAttempt();
    await one.store.queue.insertSubmitting(
      [newMessage({ customImsId: 'a' }), newMessage({ customImsId: 'b' })],
      attempt,
    );
    await one.store.results.recordOutcomes(attempt.token, [
      { customImsId: 'a', state: 'ACCEPTED', code: 'SUCCESS', imsId: '77', rawAnswer: null },
      { customImsId: 'b', state: 'ACCEPTED', code: 'SUCCESS', imsId: '78', rawAnswer: null },
    ]);
    const bare = (imsId: string) => ({ ...delivered('', { imsId }), customImsId: undefined });
    const brought = await one.ingestor.ingest(await stored(one, page(bare('78'), bare('79'), delivered('a'))));
    expect(brought).toMatchObject({ applied: 2, orphaned: 1 });
    expect(await one.store.finder.findOne('b')).toMatchObject({ state: 'DELIVERED' });
  });

  it("adopts by the gateway's id where that came with the answer, also when ours names somebody else", async () => {
    const one = receiver();
    const attempt = newAttempt();
    const messages = [
      newMessage({ customImsId: 'a', mobile: '+611' }),
      newMessage({ customImsId: 'b', mobile: '+612' }),
    ];
    await one.store.queue.insertSubmitting(messages, attempt);
    const reports = [
      delivered('a', { imsId: '77', mobile: '00612' }),
      delivered('x', { imsId: '78', mobile: '00611' }),
    ];
    const brought = await one.ingestor.ingest(await stored(one, page(...reports)));
    expect(brought).toMatchObject({ applied: 0, orphaned: 2 });
    await one.store.results.recordOutcomes(attempt.token, [
      { customImsId: 'a', state: 'ACCEPTED', code: 'SUCCESS', imsId: '78', rawAnswer: null },
      { customImsId: 'b', state: 'ACCEPTED', code: 'SUCCESS', imsId: '77', rawAnswer: null },
    ]);
    expect(await one.lateMatching.match()).toBe(2);
    expect(await one.store.finder.stats()).toMatchObject({ DELIVERED: 2 });
    expect(await rowsOf('emay_ims_report', one.store.account)).toEqual([]);
  });

  it("adopts by the gateway's id alone once the send that was under way has settled, whatever else the report lacks", async () => {
    const one = receiver();
    const attempt = newAttempt();
    const messages = ['a', 'b', 'c', 'd'].map((customImsId, index) =>
      newMessage({ customImsId, mobile: `+6142211800${index}` }),
    );
    await one.store.queue.insertSubmitting(messages, attempt);
    const bare = (imsId: string, rest: object = {}) => ({
      ...delivered('', { imsId, ...rest }),
      customImsId: undefined,
    });
    const reports = [
      bare('71'),
      bare('72', { mobile: '0422118001' }),
      delivered('somebody', { imsId: '73' }),
      bare('79'),
      bare('74', { mobile: '0061422118009' }),
    ];
    const brought = await one.ingestor.ingest(await stored(one, page(...reports)));
    expect(brought).toMatchObject({ applied: 0, orphaned: 5 });
    expect(await one.lateMatching.match()).toBe(0);
    await one.store.results.recordOutcomes(
      attempt.token,
      messages.map(({ customImsId }, index) => ({
        customImsId,
        state: 'ACCEPTED',
        code: 'SUCCESS',
        imsId: `7${index + 1}`,
        rawAnswer: null,
      })),
    );
    // Ids are of one account.
    expect(await receiver().lateMatching.match()).toBe(0);
    expect(await one.lateMatching.match()).toBe(3);
    expect(await one.store.finder.stats()).toMatchObject({ DELIVERED: 3, ACCEPTED: 1 });
    // The one that names another number, and that of a stranger.
    const left = await rowsOf('emay_ims_report', one.store.account);
    expect(new Set(left.map(({ ims_id }) => ims_id))).toEqual(new Set(['74', '79']));
    expect(await one.lateMatching.match()).toBe(0);
  });

  it('looks for such a message in a few statements, however many strangers there are, and no longer than it may settle', async () => {
    const one = receiver();
    const attempt = newAttempt();
    await one.store.queue.insertSubmitting([newMessage({ customImsId: 'a' })], attempt);
    const strangers = Array.from({ length: 2_600 }, (_, index) => ({ imsId: `x${index}`, state: 'DELIVRD' }));
    await one.ingestor.ingest(await stored(one, page(...strangers, { imsId: '71', state: 'DELIVRD' })));
    await one.store.results.recordOutcomes(attempt.token, [
      { customImsId: 'a', state: 'ACCEPTED', code: 'SUCCESS', imsId: '71', rawAnswer: null },
    ]);
    const queries = jest.spyOn(bench.database, 'rows');
    // In portions, of which none is left out.
    expect(await one.lateMatching.match()).toBe(0);
    expect(queries.mock.calls.length).toBeLessThanOrEqual(2 + 4);
    expect(await one.lateMatching.match()).toBe(1);
    const lookedAt = (await one.lateMatching.match(), queries.mock.results.length);
    expect(lookedAt).toBeLessThanOrEqual(3 * (2 + 4));
    // Long ago: after a start they are looked for once more.
    const secondOf = receiver(one.store.account);
    await bench.database.run('UPDATE emay_ims_report SET created_at = created_at - 7200000 WHERE account = ?', [
      one.store.account,
    ]);
    for (let sweep = 0; sweep < 2; sweep++) await secondOf.lateMatching.match();
    queries.mockClear();
    for (let look = 1; look <= 3; look++) {
      expect(await secondOf.lateMatching.match()).toBe(0);
      expect(queries).toHaveBeenCalledTimes(3 * look);
    }
    queries.mockRestore();
  });

  it('puts a message in doubt that has never been handed over, if the report names its number', async () => {
    const one = receiver();
    const queued = [
      newMessage({ customImsId: 'a', mobile: '+61422118000' }),
      newMessage({ customImsId: 'b', mobile: '+61422118001' }),
      newMessage({ customImsId: 'c', mobile: '+61422118002' }),
    ];
    await one.store.queue.insertQueued(queued.slice(0, 2), new Date(0), bench.database);
    const reports = ['a', 'b', 'c'].map((id, index) =>
      delivered(id, { mobile: `006142211800${index === 1 ? 9 : index}` }),
    );
    expect(await one.ingestor.ingest(await stored(one, page(...reports)))).toMatchObject({ applied: 0, orphaned: 2 });
    expect(await one.store.finder.findOne('a')).toMatchObject({
      state: 'UNCONFIRMED',
      code: 'REPORTED_UNSENT',
      reportState: 'DELIVRD',
    });
    // What comes twice says the same.
    expect(await one.ingestor.ingest(await stored(one, page(reports[0])))).toMatchObject({ applied: 0, orphaned: 0 });
    expect(await bench.stateOf(one.store, 'a')).toBe('UNCONFIRMED');
    expect(await bench.stateOf(one.store, 'b')).toBe('QUEUED');
    // Its report was there before it.
    await one.store.queue.insertQueued(queued.slice(2), new Date(0), bench.database);
    expect(await one.lateMatching.match()).toBe(1);
    expect(await bench.stateOf(one.store, 'c')).toBe('UNCONFIRMED');
    expect(await one.store.queue.claim(10, newAttempt())).toMatchObject([{ customImsId: 'b' }]);
  });

  it('keeps the best that reports say of such a message, until a person wants it sent all the same', async () => {
    const one = receiver();
    await one.store.queue.insertQueued(
      [newMessage({ customImsId: 'a', mobile: '+61422118000' })],
      new Date(0),
      bench.database,
    );
    const say = async (state: string) => one.ingestor.ingest(await stored(one, page(delivered('a', { state }))));
    for (const [state, kept] of [
      ['TIMEOUT', 'TIMEOUT'],
      ['DELIVRD', 'DELIVRD'],
      ['TIMEOUT', 'DELIVRD'],
    ] as const) {
      await say(state);
      expect(await one.store.finder.findOne('a')).toMatchObject({ state: 'UNCONFIRMED', reportState: kept });
    }
    await bench.database.transaction((session) => one.store.results.resolve('a', 'resend', session));
    expect(await one.store.finder.findOne('a')).toMatchObject({
      state: 'QUEUED',
      imsId: null,
      reportState: null,
      attempts: 1,
    });
  });

  it('applies a report of the attempt before to what was withdrawn after a person wanted it sent again', async () => {
    const one = receiver();
    const attempt = newAttempt();
    const doubtful = ['a', 'b'].map((customImsId) => newMessage({ customImsId }));
    await one.store.queue.insertSubmitting(doubtful, attempt);
    const unconfirmed = doubtful.map(({ customImsId }) => ({
      ...{ customImsId, state: 'UNCONFIRMED', code: 'TIMEOUT', imsId: null, rawAnswer: null },
    }));
    await one.store.results.recordOutcomes(attempt.token, unconfirmed as MessageOutcome[]);
    for (const { customImsId } of doubtful) {
      await bench.database.transaction((session) => one.store.results.resolve(customImsId, 'resend', session));
      await one.store.queue.cancel(customImsId);
      expect(await bench.stateOf(one.store, customImsId)).toBe('CANCELLED');
    }
    const reports = page(delivered('a'), delivered('b', { state: 'TIMEOUT' }));
    const marks = () => rowsOf('emay_ims_figure_mark', one.store.account);
    const marked = (await marks()).length;
    expect(await one.ingestor.ingest(await stored(one, reports))).toMatchObject({ applied: 2, conflicts: 0 });
    expect(await marks()).toHaveLength(marked + 1);
    expect(await bench.row(one.store, 'a')).toMatchObject({ state: 'DELIVERED', outcome: null });
    expect(await bench.row(one.store, 'b')).toMatchObject({ state: 'UNKNOWN', outcome: 'UNKNOWN', final_at: null });
    // What is CANCELLED stays in the list of what is ready until a claim passes it over.
    expect(await one.store.queue.claim(10, newAttempt())).toEqual([]);
    expect(await one.ingestor.ingest(await stored(one, reports))).toMatchObject({ applied: 0, conflicts: 0 });
    expect(await bench.stateOf(one.store, 'a')).toBe('DELIVERED');
  });

  it('sends again what a person wants sent again, whatever report does not tell how the attempt before ended', async () => {
    const one = receiver();
    const attempt = newAttempt();
    const ids = ['a', 'b', 'c', 'd'];
    await one.store.queue.insertSubmitting(
      ids.map((customImsId) => newMessage({ customImsId })),
      attempt,
    );
    const unconfirmed = ids.map((customImsId) => ({
      ...{ customImsId, state: 'UNCONFIRMED', code: 'TIMEOUT', imsId: null, rawAnswer: null },
    }));
    await one.store.results.recordOutcomes(attempt.token, unconfirmed as MessageOutcome[]);
    for (const customImsId of ids) {
      await bench.database.transaction((session) => one.store.results.resolve(customImsId, 'resend', session));
    }
    const timedOut = page(
      delivered('a', { state: 'TIMEOUT', desc: '超时' }),
      delivered('b', { state: 'SOMETHING_NEW' }),
      delivered('c'),
      delivered('d', { state: 'TIMEOUT' }),
    );
    expect(await one.ingestor.ingest(await stored(one, timedOut))).toMatchObject({ applied: 1, conflicts: 0 });
    for (const [customImsId, state, reportState] of [
      ['a', 'QUEUED', 'TIMEOUT'],
      ['b', 'QUEUED', 'SOMETHING_NEW'],
      ['c', 'DELIVERED', 'DELIVRD'],
      ['d', 'QUEUED', 'TIMEOUT'],
    ]) {
      expect(await one.store.finder.findOne(customImsId!)).toMatchObject({ state, reportState });
    }
    // A later one may know more.
    expect(await one.ingestor.ingest(await stored(one, page(delivered('d'))))).toMatchObject({ applied: 1 });
    const again = newAttempt();
    expect((await one.store.queue.claim(10, again)).map(({ customImsId }) => customImsId).toSorted()).toEqual([
      'a',
      'b',
    ]);
    // From then on it may be about that attempt.
    expect(await one.ingestor.ingest(await stored(one, timedOut))).toMatchObject({ applied: 2 });
    expect(await bench.stateOf(one.store, 'a')).toBe('UNKNOWN');
    expect(await bench.stateOf(one.store, 'd')).toBe('DELIVERED');
  });

  it('sends it again, too, once its new attempt has provably not been sent', async () => {
    const one = receiver();
    const resolver = new UnconfirmedResolver(
      bench.database,
      one.store.results,
      new EventTransactions(bench.database, one.store.account),
    );
    await bench.inState(one.store, 'UNCONFIRMED', 'a', newAttempt().token);
    await resolver.resolve('a', { decision: 'resend', decidedBy: 'ann', reason: 'urgent' });
    const again = newAttempt();
    expect(await one.store.queue.claim(10, again)).toMatchObject([{ customImsId: 'a' }]);
    await one.store.queue.release(again.token, [{ customImsId: 'a', code: 'ECONNREFUSED', dueInMs: 0 }]);
    const timedOut = await stored(one, page(delivered('a', { state: 'TIMEOUT' })));
    expect(await one.ingestor.ingest(timedOut)).toMatchObject({ applied: 0, orphaned: 0, conflicts: 0 });
    expect(await one.store.finder.findOne('a')).toMatchObject({ state: 'QUEUED', reportState: 'TIMEOUT' });
    expect(await one.store.queue.claim(10, newAttempt())).toMatchObject([{ customImsId: 'a' }]);
  });

  it('takes no decision about an earlier message of the same id for one about this', async () => {
    const one = receiver();
    await bench.database.run(
      `INSERT INTO emay_ims_resolution (id, account, custom_ims_id, decision, decided_by, reason, decided_at)
       VALUES (?, ?, 'a', 'resend', 'ann', 'urgent', 1)`,
      [newAttempt().token, one.store.account],
    );
    await bench.inState(one.store, 'QUEUED', 'a', newAttempt().token);
    await bench.put(one.store, 'a', { attempts: 1, attempt: 'refused', created_at: 2 });
    const timedOut = await stored(one, page(delivered('a', { state: 'TIMEOUT' })));
    expect(await one.ingestor.ingest(timedOut)).toMatchObject({ applied: 1 });
    expect(await bench.stateOf(one.store, 'a')).toBe('UNKNOWN');
  });

  it('takes any report for a proof that a message was accepted that is queued again as refused', async () => {
    const one = receiver();
    await bench.inState(one.store, 'QUEUED', 'a', newAttempt().token);
    await bench.put(one.store, 'a', { attempts: 1, attempt: 'refused' });
    const timedOut = await stored(one, page(delivered('a', { state: 'TIMEOUT' })));
    expect(await one.ingestor.ingest(timedOut)).toMatchObject({ applied: 1 });
    expect(await bench.stateOf(one.store, 'a')).toBe('UNKNOWN');
  });

  it('keeps what a report says that changes no state, where no report came before, also late', async () => {
    const one = receiver();
    const say = async (customImsId: string, state: string, desc: string) => {
      const stand = await stored(one, page(delivered(customImsId, { state, desc })));
      await one.ingestor.ingest(stand);
      return stand.id;
    };
    await bench.inState(one.store, 'UNKNOWN', 'a', newAttempt().token);
    const first = await say('a', 'TIMEOUT', '超时');
    await say('a', 'SOMETHING_NEW', 'later');
    expect(await bench.row(one.store, 'a')).toMatchObject({
      ...{ state: 'UNKNOWN', report_state: 'TIMEOUT', report_description: '超时', report_page: first },
    });
    await say('a', 'DELIVRD', '成功');
    expect(await one.store.finder.findOne('a')).toMatchObject({ state: 'DELIVERED', reportState: 'DELIVRD' });
    // An unmatched one, which is deleted with that.
    const early = await say('b', 'TIMEOUT', '超时');
    await bench.enqueue(one.store, [newMessage({ customImsId: 'b' })]);
    await one.store.queue.cancel('b');
    expect(await one.lateMatching.match()).toBe(1);
    expect(await bench.row(one.store, 'b')).toMatchObject({
      ...{ state: 'CANCELLED', report_state: 'TIMEOUT', report_page: early },
    });
    expect(await rowsOf('emay_ims_report', one.store.account)).toEqual([]);
  });

  it('finds the message of a number that is written in another way, also later, by ids that agree', async () => {
    const one = receiver();
    const attempt = newAttempt();
    const mobile = '+61422118000';
    await one.store.queue.insertSubmitting([newMessage({ customImsId: 'a', mobile })], attempt);
    await one.store.queue.insertSubmitting([newMessage({ customImsId: 'b', mobile })], attempt);
    await one.store.results.recordOutcomes(attempt.token, [
      { customImsId: 'b', state: 'ACCEPTED', code: 'SUCCESS', imsId: '78', rawAnswer: null },
    ]);
    const written = { mobile: '0422118000' };
    const bare = { imsId: '78', state: 'delivrd', ...written };
    const reports = page(
      delivered('a', written),
      bare,
      delivered('c', written),
      delivered('d', { ...written, imsId: null }),
    );
    expect(await one.ingestor.ingest(await stored(one, reports))).toMatchObject({ applied: 2, orphaned: 2 });
    await one.store.queue.insertSubmitting(
      ['c', 'd'].map((id) => newMessage({ customImsId: id, mobile })),
      newAttempt(),
    );
    expect(await one.lateMatching.match()).toBe(2);
    expect(await one.store.finder.stats()).toMatchObject({ DELIVERED: 4 });
  });

  it('never forgets an orphan that its message does not answer to', async () => {
    const one = receiver();
    await one.ingestor.ingest(
      await stored(one, page(delivered('a', { mobile: '00619' }), { mobile: '00611', state: 'DELIVRD' })),
    );
    await one.store.queue.insertSubmitting([newMessage({ customImsId: 'a', mobile: '+611' })], newAttempt());
    expect(await one.lateMatching.match()).toBe(0);
    expect(await rowsOf('emay_ims_report', one.store.account)).toHaveLength(2);
    expect(await bench.stateOf(one.store, 'a')).toBe('SUBMITTING');
  });
});
