import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EmayImsStoreError, type EmayImsEvent } from 'nestjs-emay-ims';
import type { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { EventListeners } from '../../libs/emay-ims/src/events/event-listeners.js';
import { EventTransactions } from '../../libs/emay-ims/src/events/event-transactions.js';
import type { OpenAccount } from '../../libs/emay-ims/src/operations/account-access.js';
import { KeptReports } from '../../libs/emay-ims/src/operations/reports/kept-reports.js';
import type { StoredPage } from '../../libs/emay-ims/src/reports/report-batch-store.js';
import { NO_REPORTS } from '../../libs/emay-ims/src/reports/report-ingestor.js';
import { ReportSpool } from '../../libs/emay-ims/src/reports/report-spool.js';
import { databasesUnderTest } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import {
  delivered,
  newReceiver,
  page,
  pageOf,
  REQUESTED,
  stored,
  type OfInstance,
  type Receiver,
} from './store/receiver.js';
import { HOUR, idsOf, newAccount, newAttempt, newMessage, newMessages, StoreBench } from './store/store-bench.js';

const NOTHING = NO_REPORTS;
describe.each(databasesUnderTest())('the receiving of reports on %s', (kind) => {
  let bench: StoreBench;
  let second: ImsDatabase;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
    second = await bench.anotherDatabase();
  });
  afterAll(() => bench.close());

  const receiver = (...given: OfInstance) => newReceiver(bench, ...given);
  const rowsOf = (table: string, account: string) => bench.rowsOf(table, account);

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
    ['a code that nobody knows', '{"code":"ERROR_NEW"}', { problem: 'ERROR_NEW' }, 'UNREADABLE'],
    ['HTML', '<html>502 网关</html>', { problem: 'UNREADABLE', lost: REQUESTED }, 'LOST'],
  ])('keeps a page that is %s and says so', async (_, body, ingested, state) => {
    const one = receiver();
    const stand = await stored(one, body);
    expect(await one.ingestor.ingest(stand)).toEqual({ ...NOTHING, ...ingested });
    expect(await rowsOf('emay_ims_report_batch', one.store.account)).toMatchObject([{ id: stand.id, state, body }]);
    expect(await one.batches.pending(10)).toEqual([]);
  });

  it('forgets a page that is a listed code: the gateway has handed nothing out', async () => {
    const one = receiver();
    const stand = await stored(one, '{"code":"ERROR_SIGN"}');
    expect(await one.ingestor.ingest(stand)).toEqual({ ...NOTHING, problem: 'ERROR_SIGN' });
    expect(await rowsOf('emay_ims_report_batch', one.store.account)).toEqual([]);
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
