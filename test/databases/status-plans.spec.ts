import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { StatusReader } from '../../libs/emay-ims/src/operator/status-reader.js';
import { ReportBatchStore } from '../../libs/emay-ims/src/reports/report-batch-store.js';
import { openTestDatabase } from './open-database.js';
import { fill, nextId } from './store/fill.js';
import { analyse, readOf, watch, withAndWithoutStatistics, type Asked } from './store/reads.js';
import { newAccount, StoreBench } from './store/store-bench.js';

/** In each table: of the account what has been dealt with, of its neighbour also what has not. */
const ROWS = 6_000;
/** What has to be counted. */
const FEW = 5;
const FEW_ROWS = 150;
const FEW_PAGES = 150;

describe.each(withAndWithoutStatistics())('the status of an account with a history, on %s, %s', (kind, statistics) => {
  const [account, neighbour] = [newAccount(), newAccount()] as [string, string];
  let bench: StoreBench;
  let explaining: ImsDatabase;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
    explaining = await bench.anotherDatabase();
    const { database } = bench;
    const messages = (count: number, owner: string, state: string, outcome: string | null) =>
      fill(database, 'emay_ims_message', count, (index) => ({
        ...{ account: owner, custom_ims_id: nextId(), mobile: `+${index}`, content: '', state, outcome, priority: 0 },
        ...{ attempts: 0, created_at: index },
      }));
    const batches = (count: number, owner: string, state: string, more: Record<string, string | number> = {}) =>
      fill(database, 'emay_ims_report_batch', count, (index) => ({
        ...{ id: nextId(), account: owner, state, requested_at: index, expires_at: index, applied_at: index },
        ...more,
      }));
    const reports = (count: number, owner: string, status: string) =>
      fill(database, 'emay_ims_report', count, () => ({
        ...{ batch_id: nextId(), position: 0, account: owner, status, report_hash: nextId(), created_at: 1 },
      }));
    const events = (count: number, owner: string, state: string) =>
      fill(database, 'emay_ims_event', count, (index) => ({
        ...{
          id: nextId(),
          account: owner,
          handler: 'orders',
          type: '',
          payload: '{}',
          state,
          due_at: index,
          attempts: 0,
        },
        created_at: index,
      }));
    await messages(ROWS, account, 'DELIVERED', null);
    await messages(ROWS, account, 'UNKNOWN', 'UNKNOWN');
    await batches(ROWS, account, 'APPLIED', { source: 'push', stored_at: 7 });
    await reports(ROWS, account, 'ACKNOWLEDGED');
    await messages(FEW, account, 'UNCONFIRMED', 'UNCONFIRMED');
    await batches(FEW, account, 'LOST', { lost: 2 });
    await batches(FEW, account, 'UNREADABLE');
    await batches(FEW, account, 'SET_ASIDE');
    await batches(FEW, account, 'STORED');
    for (const status of ['ORPHANED', 'QUARANTINED']) await reports(FEW, account, status);
    for (const state of ['PENDING', 'FAILED']) await events(FEW, account, state);
    // The newest are the neighbour's.
    await messages(ROWS, neighbour, 'DELIVERED', null);
    await messages(ROWS / 10, neighbour, 'UNCONFIRMED', 'UNCONFIRMED');
    for (const state of ['LOST', 'APPLIED']) await batches(ROWS, neighbour, state, { source: 'push' });
    await reports(ROWS, neighbour, 'ORPHANED');
    await events(ROWS, neighbour, 'FAILED');
    const tables = ['message', 'report_batch', 'report', 'event'].map((name) => `emay_ims_${name}`);
    if (statistics === 'analysed') await analyse(database, kind, tables);
  }, 240_000);
  afterAll(() => bench?.close());

  const statusOf = (database: ImsDatabase) => {
    const batches = new ReportBatchStore(database, account);
    const parts = {
      options: { name: account, dispatch: { enabled: true }, reports: { enabled: false } },
      circuit: { reason: null },
      poller: { leaseHolder: async () => null, lastPushAt: async () => (await batches.lastPush())?.at ?? null },
      pages: { countSetAside: () => batches.countSetAside(), spooled: async () => ({}) },
      wakes: {},
      figures: { count: async () => null },
    };
    const { options, circuit, poller, pages, wakes, figures } = parts as Record<keyof typeof parts, never>;
    return new StatusReader(database, options, circuit, poller, pages, wakes, figures).status();
  };

  it('reads what it counts', async () => {
    const asked: Asked[] = [];
    expect(await statusOf(watch(bench.database, asked))).toMatchObject({
      ...{
        unconfirmed: FEW,
        possibleLosses: FEW,
        lostReportsAtMost: 2 * FEW,
        unreadablePages: FEW,
        setAsidePages: FEW,
      },
      ...{ orphanedReports: FEW, quarantinedReports: FEW, pendingEvents: FEW, failedEvents: FEW },
      ...{ lastReportAt: new Date(ROWS - 1), lastPushAt: new Date(7) },
    });
    const reads = [];
    for (const one of asked) {
      const { rows, pages, plan } = await readOf(explaining, kind, [one], 'emay_ims_');
      if (rows >= FEW_ROWS || pages >= FEW_PAGES) reads.push([one[0], rows, pages]);
      for (const look of plan.filter((step) => /emay_ims/.test(step))) expect(look).toMatch(/SEARCH .*account=\?/);
    }
    expect(reads).toEqual([]);
  });

  it('and pages that wait are found among those that have been applied', async () => {
    const asked: Asked[] = [];
    expect(await new ReportBatchStore(watch(bench.database, asked), account).pending(10)).toHaveLength(FEW);
    const { rows, pages } = await readOf(explaining, kind, asked, 'emay_ims_report_batch');
    expect(rows).toBeLessThan(FEW_ROWS);
    expect(pages).toBeLessThan(FEW_PAGES);
  });
});
