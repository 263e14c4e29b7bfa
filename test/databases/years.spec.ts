import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { EventTransactions } from '../../libs/emay-ims/src/events/event-transactions.js';
import { FigureStore } from '../../libs/emay-ims/src/figures/figure-store.js';
import { SPAN_MS } from '../../libs/emay-ims/src/figures/spans.js';
import { AttemptList } from '../../libs/emay-ims/src/message-store/attempt-list.js';
import { MessageFinder } from '../../libs/emay-ims/src/message-store/message-finder.js';
import { MessageTraces } from '../../libs/emay-ims/src/message-store/message-trace.js';
import { readReportFlow } from '../../libs/emay-ims/src/operator/report-flow.js';
import { LateMatching } from '../../libs/emay-ims/src/reports/late-matching.js';
import { ReportApplication } from '../../libs/emay-ims/src/reports/report-application.js';
import { UnappliedReportStore } from '../../libs/emay-ims/src/reports/unapplied-report-store.js';
import { databasesUnderTest, dialectOf } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import { readOf, watch, type Asked } from './store/reads.js';
import { HOUR, idsOf, newAttempt, newMessages, StoreBench } from './store/store-bench.js';

/** Reports that no message answers to: of another system, for years. */
const ORPHANS = 20_000;
const ORPHANS_OF_A_PAGE = 5_000;
/** Hours with messages; attempts that are overdue. */
const HOURS = 3_000;
/** PostgreSQL takes a smaller table without statistics for a handful of rows. */
const MESSAGES = 12_000;
const MESSAGES_AT_A_TIME = 1_000;
const UNDER_WAY = 100;

describe.each(databasesUnderTest())('what years leave behind on %s', (kind) => {
  let bench: StoreBench;
  let explaining: ImsDatabase;
  let store: ReturnType<StoreBench['store']>;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
    explaining = await bench.anotherDatabase();
    store = bench.store();
  });
  afterAll(() => bench.close());

  it('of unmatched reports, a bounded number is looked at in each sweep; all have their turn', async () => {
    const unapplied = new UnappliedReportStore(bench.database, store.account);
    const orphan = (position: number, customImsId: string) => ({
      ...{ position, customImsId, imsId: `7${customImsId}`, mobile: null, state: 'DELIVRD', description: null },
      ...{ receiveTime: null, submitTime: null, receiveTimeText: null, submitTimeText: null },
    });
    for (let first = 0; first < ORPHANS; first += ORPHANS_OF_A_PAGE) {
      const page = Array.from({ length: ORPHANS_OF_A_PAGE }, (_, index) => orphan(index, `stranger-${first + index}`));
      await unapplied.keep(`page-${first}`, page, [], bench.database);
    }
    const asked: Asked[] = [];
    const matching = new LateMatching(
      new EventTransactions(bench.database, store.account),
      new UnappliedReportStore(watch(bench.database, asked), store.account),
      new ReportApplication(store.results, new MessageTraces(bench.database, store.account)),
      HOUR,
    );
    expect(await matching.match()).toBe(0);
    const { rows, pages } = await readOf(explaining, kind, asked, 'emay_ims_report AS r');
    expect(rows).toBeLessThan(ORPHANS);
    expect(pages).toBeLessThan(ORPHANS);
    // Messages turn up for one of the newest, and for one in the middle.
    const late = newMessages(2).map((message, index) => ({
      ...message,
      customImsId: `stranger-${index === 0 ? ORPHANS - 1 : ORPHANS / 2}`,
    }));
    await bench.enqueue(store, late);
    expect(await matching.match()).toBe(1);
    let matched = 0;
    for (let sweep = 0; sweep < 12 && matched === 0; sweep++) matched = await matching.match();
    expect(matched).toBe(1);
  }, 120_000);

  it('of the hours that have been counted, those that are due are read, and the one behind each', async () => {
    for (let first = 0; first < HOURS; first += 500) {
      const values = Array.from({ length: 500 }, (_, index) => {
        const slot = (first + index) * SPAN_MS.hour;
        return `('${store.account}', 'hour', ${slot}, 0, ${index === 0 ? 0 : 8_000_000_000_000})`;
      });
      await bench.database.run(
        `INSERT INTO emay_ims_figure_unit (account, unit, slot, counted_at, next_at) VALUES ${values.join(', ')}`,
        [],
      );
    }
    if (kind === 'postgres') await bench.database.run('ANALYZE emay_ims_figure_unit', []);
    const asked: Asked[] = [];
    const due = await new FigureStore(watch(bench.database, asked), store.account).findDueUnits(10);
    expect(due).toHaveLength(HOURS / 500);
    expect(due[0]).toEqual({ unit: 'hour', slot: 0, next: SPAN_MS.hour });
    const { rows, pages } = await readOf(explaining, kind, asked, 'emay_ims_figure_unit');
    expect(rows).toBeLessThan(100);
    expect(pages).toBeLessThan(100);
  });

  it('of overdue attempts, a portion is read at a time', async () => {
    const of = bench.store();
    for (let first = 0; first < HOURS; first += 500) {
      const values = Array.from({ length: 500 }, (_, index) => {
        const id = String(first + index).padStart(8, '0');
        return `('${of.account}', 'attempt-${id}', '${id}', 1, ${first + index + 1}, '["x"]')`;
      });
      await bench.database.run(
        `INSERT INTO emay_ims_attempt (account, attempt, id, ends_at, due_at, ids) VALUES ${values.join(', ')}`,
        [],
      );
    }
    if (kind === 'postgres') await bench.database.run('ANALYZE emay_ims_attempt', []);
    const asked: Asked[] = [];
    const seen = new Set<string>();
    for await (const portion of new AttemptList(watch(bench.database, asked), of.account).overdue()) {
      for (const { id } of portion) seen.add(id);
      if (asked.length === 10) break;
    }
    expect(seen.size).toBe(4 * 10);
    const { rows, pages } = await readOf(explaining, kind, asked, 'emay_ims_attempt');
    expect(rows).toBeLessThan(100);
    expect(pages).toBeLessThan(200);
  });

  it('of all messages, the flow of reports reads those under way, also before the database has statistics', async () => {
    const attempt = newAttempt();
    for (let first = 0; first < MESSAGES; first += MESSAGES_AT_A_TIME) {
      await bench.enqueue(store, newMessages(MESSAGES_AT_A_TIME));
    }
    await bench.database.run("UPDATE emay_ims_message SET state = 'DELIVERED' WHERE account = ?", [store.account]);
    await bench.database.run('DELETE FROM emay_ims_due WHERE account = ?', [store.account]);
    const underWay = newMessages(UNDER_WAY);
    await store.queue.insertSubmitting(underWay, attempt);
    await bench.database.run(
      `UPDATE emay_ims_message SET state = 'ACCEPTED', accepted_at = 5 WHERE account = ? AND custom_ims_id = ?`,
      [store.account, idsOf(underWay)[7]],
    );
    const asked: Asked[] = [];
    const flow = await readReportFlow(watch(bench.database, asked), store.account);
    expect(flow.oldestUnreportedAt).toEqual(new Date(5));
    const { rows, pages, plan } = await readOf(explaining, kind, asked, 'emay_ims_attempt');
    expect(rows).toBeLessThan(MESSAGES);
    expect(pages).toBeLessThan(MESSAGES);
    for (const look of plan.filter((step) => /(SEARCH|SCAN) m\b/.test(step))) {
      expect(look).toMatch(/account=\? AND custom_ims_id=\?/);
    }
  });

  it('of many messages in one state, the newest that are sought are read', async () => {
    const of = bench.store();
    const messages = newMessages(MESSAGES);
    for (let first = 0; first < MESSAGES; first += MESSAGES_AT_A_TIME) {
      await bench.enqueue(of, messages.slice(first, first + MESSAGES_AT_A_TIME));
    }
    await bench.database.run(
      "UPDATE emay_ims_message SET state = 'UNKNOWN', outcome = 'UNKNOWN', due_at = NULL WHERE account = ?",
      [of.account],
    );
    await bench.database.run('DELETE FROM emay_ims_due WHERE account = ?', [of.account]);
    if (kind === 'postgres') await bench.database.run('ANALYZE emay_ims_message', []);
    if (dialectOf(kind) === 'mysql') await bench.database.rows('ANALYZE TABLE emay_ims_message', []);
    const asked: Asked[] = [];
    const finder = new MessageFinder(watch(bench.database, asked), of.account);
    const states = ['UNKNOWN', 'UNCONFIRMED'] as const;
    const newest = await finder.find({ states, limit: 10 });
    const { createdAt, customImsId } = newest.at(-1)!;
    const next = await finder.find({ states, limit: 10, after: { createdAt, customImsId } });
    expect(new Set(idsOf([...newest, ...next])).size).toBe(20);
    const { rows, pages } = await readOf(explaining, kind, asked, 'emay_ims_message');
    expect(rows).toBeLessThan(200);
    expect(pages).toBeLessThan(400);
  });
});
