import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DEFAULT_PROTOCOL_OPTIONS, EmayImsStoreError, type EmayImsEvent } from 'nestjs-emay-ims';
import type { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { EventListeners } from '../../libs/emay-ims/src/events/event-listeners.js';
import { EventTransactions } from '../../libs/emay-ims/src/events/event-transactions.js';
import type { OpenAccount } from '../../libs/emay-ims/src/operations/account-access.js';
import { KeptReports } from '../../libs/emay-ims/src/operations/reports/kept-reports.js';
import type { MessageOutcome } from '../../libs/emay-ims/src/messages/attempt.js';
import type { MessageParts } from './store/message-parts.js';
import type { ResolvedEmayImsOptions } from '../../libs/emay-ims/src/options/module-options.js';
import { LateMatching } from '../../libs/emay-ims/src/reports/late-matching.js';
import { MessageTraces } from '../../libs/emay-ims/src/message-store/message-trace.js';
import { ReportApplication } from '../../libs/emay-ims/src/reports/report-application.js';
import { ReportBatchStore, type StoredPage } from '../../libs/emay-ims/src/reports/report-batch-store.js';
import { ReportInbox } from '../../libs/emay-ims/src/reports/report-inbox.js';
import { NO_REPORTS, ReportIngestor } from '../../libs/emay-ims/src/reports/report-ingestor.js';
import { ReportSpool } from '../../libs/emay-ims/src/reports/report-spool.js';
import { UnappliedReportStore } from '../../libs/emay-ims/src/reports/unapplied-report-store.js';
import { databasesUnderTest } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import { HOUR, idsOf, newAccount, newAttempt, newMessage, newMessages, StoreBench } from './store/store-bench.js';

/** The receiving side of one instance. */
interface Receiver {
  store: MessageParts;
  batches: ReportBatchStore;
  inbox: ReportInbox;
  ingestor: ReportIngestor;
  lateMatching: LateMatching;
}

const page = (...reports: unknown[]) => JSON.stringify({ code: 'SUCCESS', data: reports });
const delivered = (customImsId: string, rest: object = {}) => ({
  customImsId,
  imsId: `ims-${customImsId}`,
  state: 'DELIVRD',
  desc: '成功',
  submitTime: '2023-07-31 14:36:00',
  receiveTime: '2023-07-31 14:36:05',
  ...rest,
});

const NOTHING = NO_REPORTS;
/** What the gateway is asked for. */
const REQUESTED = 10;

const pageOf = (id: string, body: string | Buffer, headers: Partial<StoredPage> = {}): StoredPage => ({
  id,
  body: Buffer.from(body as string),
  contentType: null,
  contentEncoding: null,
  requested: REQUESTED,
  cut: null,
  progress: 0,
  ...headers,
});

const stored = async ({ inbox, batches }: Receiver, body: string | Buffer, headers: Partial<StoredPage> = {}) => {
  const stand = pageOf(await inbox.ask(REQUESTED, HOUR), body, headers);
  await batches.store(stand);
  return stand;
};

describe.each(databasesUnderTest())('the receiving of reports on %s', (kind) => {
  let bench: StoreBench;
  let second: ImsDatabase;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
    second = await bench.anotherDatabase();
  });
  afterAll(() => bench.close());

  const receiver = (
    account = newAccount(),
    database = bench.database,
    { events = new EventTransactions(database, account), folder = '' } = {},
  ): Receiver => {
    const store = bench.store(account, database);
    const batches = new ReportBatchStore(database, account);
    const inbox = new ReportInbox(batches, new ReportSpool(folder, account, 'APP'), events);
    const options = {
      name: account,
      protocol: DEFAULT_PROTOCOL_OPTIONS,
      http: { maxResponseBytes: 4 * 1024 * 1024 },
    } as ResolvedEmayImsOptions;
    const unappliedReports = new UnappliedReportStore(database, account);
    const application = new ReportApplication(store.results, new MessageTraces(database, account));
    const ingestor = new ReportIngestor(events, inbox, unappliedReports, application, options);
    const lateMatching = new LateMatching(events, unappliedReports, application, HOUR);
    return { store, batches, inbox, ingestor, lateMatching };
  };
  const rowsOf = (table: string, account: string) =>
    bench.database.rows(`SELECT * FROM ${table} WHERE account = ? ORDER BY 1, 2`, [account]);

  const possibleLosses = async (account: string) =>
    (await rowsOf('emay_ims_report_batch', account)).filter(({ state }) => state === 'LOST').length;

  /** A pull without an answer, given up as lost; somebody has taken it off the list. Resolves to its id. */
  const acknowledgedLoss = async ({ inbox, store }: Receiver) => {
    const id = await inbox.ask(REQUESTED, HOUR);
    await inbox.lose(id, REQUESTED);
    const open = { name: store.account, internals: { database: bench.database } } as unknown as OpenAccount;
    await new KeptReports(open).acknowledge({ pullId: id });
    return id;
  };

  it('keeps a page of 500 reports with Chinese descriptions, more than 64 KiB, whole, and applies it', async () => {
    const one = receiver();
    const messages = newMessages(500);
    await one.store.queue.insertSubmitting(messages, newAttempt());
    const body = page(...idsOf(messages).map((id) => delivered(id, { desc: '成功，已送达🎉'.repeat(20) })));
    expect(Buffer.byteLength(body)).toBeGreaterThan(4 * 64 * 1024);
    const stand = await stored(one, body);
    expect(await one.batches.pending(10)).toEqual([stand.id]);
    expect(await one.batches.load(stand.id)).toEqual(stand);
    expect(await one.ingestor.ingest(stand)).toEqual({ ...NOTHING, reports: 500, applied: 500 });
    expect(await one.store.finder.stats()).toMatchObject({ DELIVERED: 500 });
    expect((await one.store.finder.findOne(messages[7]!.customImsId))?.reportDescription).toBe(
      '成功，已送达🎉'.repeat(20),
    );
    expect(await one.batches.pending(10)).toEqual([]);
  });

  it('counts a page once, however often it is applied', async () => {
    const one = receiver();
    await one.store.queue.insertSubmitting([newMessage({ customImsId: 'a' })], newAttempt());
    const body = page(delivered('a'), delivered('stranger'), { state: 'DELIVRD' }, 'not a report');
    const stand = await stored(one, body);
    const first = await one.ingestor.ingest(stand);
    expect(first).toEqual({ ...NOTHING, reports: 4, applied: 1, orphaned: 1, quarantined: 2 });
    expect(await one.ingestor.ingest(stand)).toEqual(NOTHING);
    // As after a crash between storing it twice: nothing is kept a second time.
    await one.batches.store(stand);
    expect(await one.batches.pending(10)).toEqual([]);
    expect(await one.ingestor.ingest(stand)).toEqual(NOTHING);
    expect(await rowsOf('emay_ims_report', one.store.account)).toHaveLength(3);
  });

  it('lets one of two instances apply the same page', async () => {
    for (let round = 0; round < 5; round++) {
      const one = receiver();
      const other = receiver(one.store.account, second);
      const messages = newMessages(50);
      await one.store.queue.insertSubmitting(messages, newAttempt());
      const stand = await stored(one, page(...idsOf(messages).map((id) => delivered(id)), delivered('stranger')));
      const results = await Promise.all([one.ingestor.ingest(stand), other.ingestor.ingest(stand)]);
      const whole = { ...NOTHING, reports: 51, applied: 50, orphaned: 1 };
      expect(results.toSorted((a, b) => b!.reports - a!.reports)).toEqual([whole, NOTHING]);
      expect(await rowsOf('emay_ims_report', one.store.account)).toHaveLength(1);
    }
  });

  it('keeps an answer to the letter, whatever is in it', async () => {
    const one = receiver();
    const body = `'one' "two" \`three\` ; ? $1 :a %s \\ \\' \\0 \r\n\t\x7f 成功🎉\u0301 '`.repeat(5_000);
    const bytes = Buffer.from([...Array(256).keys(), 0, 255]);
    // So much that cannot be packed is read in slices where the driver is slow at it.
    const noise = randomBytes(1_600_003);
    for (const kept of [body, `\ufeff${body}`, `\0${body}`, bytes, gzipSync(body), body.repeat(5), noise]) {
      const stand = await stored(one, kept, {
        contentType: 'text/plain; charset=GBK',
        contentEncoding: 'gzip',
        cut: 'X',
      });
      const { body: found, ...rest } = (await one.batches.load(stand.id))!;
      expect({ ...rest, body: stand.body }).toEqual(stand);
      expect((found.length < stand.body.length ? gunzipSync(found) : found).equals(stand.body)).toBe(true);
      await one.inbox.forget(stand.id);
    }
  });

  it('brings a page back from the spool as it came', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'emay-ims-'));
    const one = receiver(newAccount(), bench.database, { folder });
    const spool = new ReportSpool(folder, one.store.account, 'APP');
    const stand = pageOf(await one.inbox.ask(REQUESTED, HOUR), 'a\0坏\0', { contentType: 'x', cut: 'TIMEOUT' });
    await spool.write(stand);
    const waiting: StoredPage[] = [];
    for await (const found of one.inbox.waiting(async () => true)) waiting.push(found);
    await rm(folder, { recursive: true });
    expect(waiting).toEqual([stand]);
  });

  it('brings a page back whose pull is not known any more, also where pulls are given up as lost meanwhile', async () => {
    const { store, inbox: sweeping } = receiver();
    const { database } = bench;
    const run: ImsDatabase['run'] = async (sql, parameters) => {
      const changed = await database.run(sql, parameters);
      await sweeping.loseStalled();
      return changed;
    };
    const swept = Object.create(database, { run: { value: run } }) as ImsDatabase;
    const { inbox, batches } = receiver(store.account, swept);
    for (const body of ['text', Buffer.from([0, 255])]) {
      const stand = pageOf(await inbox.ask(REQUESTED, HOUR), body);
      await inbox.forget(stand.id);
      await batches.store(stand);
      expect(await batches.load(stand.id)).toEqual(stand);
    }
    expect(await possibleLosses(store.account)).toBe(0);
  });

  it('leaves a page whose own work takes too long, and sets it aside only after many tries, telling it once', async () => {
    const told: EmayImsEvent[] = [];
    const listeners = new EventListeners();
    listeners.events$.subscribe((event) => told.push(event));
    const account = newAccount();
    const events = new EventTransactions(bench.database, account, listeners);
    const one = receiver(account, bench.database, { events });
    const tooLong = new EmayImsStoreError('ER_LOCK_WAIT_TIMEOUT');
    const stand = await stored(one, page());
    for (let attempt = 1; attempt < 50; attempt++) await one.inbox.failed(stand.id, tooLong);
    expect(await one.batches.pending(10)).toEqual([stand.id]);
    expect(told).toEqual([]);
    for (let attempt = 50; attempt < 53; attempt++) await one.inbox.failed(stand.id, tooLong);
    expect(await one.batches.pending(10)).toEqual([]);
    expect(told).toMatchObject([{ type: 'reports.set-aside', pullId: stand.id, reason: 'ER_LOCK_WAIT_TIMEOUT' }]);
  });

  it('brings back the spooled pages behind one that the database has no time for, or whose file cannot be read', async () => {
    const { store } = receiver();
    const folder = await mkdtemp(join(tmpdir(), 'emay-ims-'));
    const spool = new ReportSpool(folder, store.account, 'APP');
    const ids = ['0190', '0191', '0192'].map((id) => `${id}-${store.account}`);
    for (const id of ids) await spool.write(pageOf(id, page()));
    // Longer than Node reads.
    const [first] = (await readdir(folder)).toSorted();
    await truncate(join(folder, String(first)), 3 * 1024 ** 3);
    const run: ImsDatabase['run'] = (sql, parameters) =>
      parameters?.includes(ids[1])
        ? Promise.reject(new EmayImsStoreError('ER_LOCK_WAIT_TIMEOUT'))
        : bench.database.run(sql, parameters);
    const busy = Object.create(bench.database, { run: { value: run } }) as ImsDatabase;
    const { inbox } = receiver(store.account, busy, { folder });
    const waiting: string[] = [];
    for await (const { id } of inbox.waiting(async () => true)) waiting.push(id);
    expect(waiting).toEqual([ids[2]]);
    expect(await inbox.spooled()).toMatchObject({ spooledPages: 2 });
    await rm(folder, { recursive: true });
  });

  it('sets bad reports aside, with the reason and as they came, and applies their neighbours', async () => {
    const one = receiver();
    await one.store.queue.insertSubmitting(
      [newMessage({ customImsId: 'a' }), newMessage({ customImsId: 'b' })],
      newAttempt(),
    );
    const bad = [null, 7, [], { customImsId: 'a' }, { customImsId: 'b', state: 'x'.repeat(65) }, { state: 'DELIVRD' }];
    const odd = { state: '\u0000\ud800', desc: '坏\ud83c' };
    const stand = await stored(
      one,
      page(delivered('a'), ...bad, odd, delivered('b', { desc: 'half \ud83c of \u0000 a pair' })),
    );
    expect(await one.ingestor.ingest(stand)).toEqual({ ...NOTHING, reports: 9, applied: 2, quarantined: 7 });
    const kept = await rowsOf('emay_ims_report', one.store.account);
    expect(kept.map(({ position }) => Number(position))).toEqual([1, 2, 3, 4, 5, 6, 7]);
    for (const row of kept) expect(row).toMatchObject({ status: 'QUARANTINED', reason: expect.any(String) });
    expect(kept[3]?.raw).toBe('{"customImsId":"a"}');
    expect((await one.store.finder.findOne('b'))?.reportDescription).toBe('half \ufffd of \ufffd a pair');
  });

  it.each([
    ['a code that nobody knows', '{"code":"ERROR_NEW"}', 'ERROR_NEW'],
    ['HTML', '<html>502 网关</html>', 'UNREADABLE'],
  ])('keeps a page that is %s and says so', async (_, body, problem) => {
    const one = receiver();
    const stand = await stored(one, body);
    expect(await one.ingestor.ingest(stand)).toEqual({ ...NOTHING, problem });
    expect(await rowsOf('emay_ims_report_batch', one.store.account)).toMatchObject([
      { id: stand.id, state: 'UNREADABLE', body },
    ]);
    expect(await one.batches.pending(10)).toEqual([]);
  });

  it('forgets a page that is a listed code: the gateway has handed nothing out', async () => {
    const one = receiver();
    const stand = await stored(one, '{"code":"ERROR_SIGN"}');
    expect(await one.ingestor.ingest(stand)).toEqual({ ...NOTHING, problem: 'ERROR_SIGN' });
    expect(await rowsOf('emay_ims_report_batch', one.store.account)).toEqual([]);
  });

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

  it('knows which pulls were given up, and keeps a page that comes after all', async () => {
    const one = receiver();
    const other = receiver();
    const [dead, late, alive] = [
      await one.inbox.ask(REQUESTED, HOUR),
      await one.inbox.ask(REQUESTED, HOUR),
      await one.inbox.ask(REQUESTED, HOUR),
    ];
    const end = 'UPDATE emay_ims_report_batch SET expires_at = 1 WHERE id = ?';
    for (const id of [dead, late]) await bench.database.run(end, [id]);
    expect(await other.inbox.loseStalled()).toBe(0);
    expect(await one.inbox.loseStalled()).toBe(2);
    expect(await possibleLosses(one.store.account)).toBe(2);
    await one.batches.store(pageOf(late, page()));
    expect(await possibleLosses(one.store.account)).toBe(1);
    expect(await one.batches.pending(10)).toEqual([late]);
    await one.inbox.forget(alive);
    await one.inbox.lose(dead, REQUESTED);
    expect(await rowsOf('emay_ims_report_batch', one.store.account)).toMatchObject([
      { id: dead, state: 'LOST', body: null },
      { id: late, state: 'STORED' },
    ]);
    expect(await possibleLosses(other.store.account)).toBe(0);
  });

  it('keeps a page that comes once its pull was given up and somebody has acknowledged that', async () => {
    const one = receiver();
    await one.store.queue.insertSubmitting([newMessage({ customImsId: 'a' })], newAttempt());
    const stand = pageOf(await acknowledgedLoss(one), page(delivered('a')));
    await one.batches.store(stand);
    expect(await one.batches.load(stand.id)).toEqual(stand);
    expect(await one.ingestor.ingest(stand)).toMatchObject({ reports: 1, applied: 1 });
    // Stored twice, as by two that share a folder: it is here already.
    await one.batches.store(stand);
    expect(await one.batches.pending(10)).toEqual([]);
    expect(await rowsOf('emay_ims_report_batch', one.store.account)).toMatchObject([
      { state: 'APPLIED', applied_at: expect.anything() },
    ]);
  });

  it('brings such a page back from the spool, however many instances share the folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'emay-ims-'));
    const one = receiver(newAccount(), bench.database, { folder });
    const other = receiver(one.store.account, second, { folder });
    const stand = pageOf(await acknowledgedLoss(one), page(delivered('a')));
    await new ReportSpool(folder, one.store.account, 'APP').write(stand);
    await Promise.all([one.inbox.unspool(), other.inbox.unspool()]);
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
    expect(await one.batches.load(stand.id)).toEqual(stand);
  });

  it('keeps a page whose record is gone, as when a standby without it has taken over', async () => {
    const one = receiver();
    const id = await one.inbox.ask(REQUESTED, HOUR);
    await one.inbox.forget(id);
    await one.batches.store(pageOf(id, page()));
    expect(await one.batches.load(id)).toEqual(pageOf(id, page()));
  });

  it('hands out pages in the order of their pulls, as many as asked for', async () => {
    const one = receiver();
    const ids: string[] = [];
    for (let count = 0; count < 4; count++) ids.push((await stored(one, page())).id);
    expect(await one.batches.pending(3)).toEqual(ids.slice(0, 3));
    expect(await one.batches.pending(3, ids[2])).toEqual(ids.slice(3));
  });
});
