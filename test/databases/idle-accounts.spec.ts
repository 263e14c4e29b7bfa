import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { AccountWorkChecks } from '../../libs/emay-ims/src/message-store/account-work-checks.js';
import { openTestDatabase } from './open-database.js';
import { fill, nextId } from './store/fill.js';
import { analyse, readOf, watch, withAndWithoutStatistics, type Asked } from './store/reads.js';
import { FAR_FUTURE, newAccount, StoreBench } from './store/store-bench.js';

/** In each table, of the idle account what is done, and of its neighbour what is not. */
const ROWS = 6_000;
const FEW_ROWS = 50;
const FEW_PAGES = 60;

describe.each(withAndWithoutStatistics())('an idle account beside a busy one, on %s, %s', (kind, statistics) => {
  const [idle, busy] = [newAccount(), newAccount()] as [string, string];
  let bench: StoreBench;
  let explaining: ImsDatabase;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
    explaining = await bench.anotherDatabase();
    const { database } = bench;
    const messages = (account: string, state: string, outcome: string | null) =>
      fill(database, 'emay_ims_message', ROWS, (index) => ({
        ...{ account, custom_ims_id: nextId(), mobile: `+${index}`, content: '', state, outcome, priority: 0 },
        ...{ attempts: 0, created_at: index },
      }));
    await messages(idle, 'DELIVERED', null);
    await messages(idle, 'UNKNOWN', 'UNKNOWN');
    await messages(busy, 'QUEUED', 'HELD');
    await fill(database, 'emay_ims_due', ROWS, (index) => ({
      ...{ id: nextId(), account: busy, priority: index % 3, due_at: FAR_FUTURE + index, ids: '[]' },
    }));
    await fill(database, 'emay_ims_attempt', ROWS, (index) => ({
      ...{ id: nextId(), account: busy, attempt: `${index}`, ends_at: index, due_at: index, ids: '[]' },
    }));
    const batches = (account: string, state: string) =>
      fill(database, 'emay_ims_report_batch', ROWS, (index) => ({
        ...{ id: nextId(), account, state, requested_at: index, expires_at: index },
      }));
    await batches(idle, 'APPLIED');
    await batches(busy, 'PULLING');
    const reports = (account: string, status: string) =>
      fill(database, 'emay_ims_report', ROWS, (index) => ({
        ...{ batch_id: nextId(), position: 0, account, status, report_hash: `${index}`, created_at: index },
      }));
    await reports(idle, 'ACKNOWLEDGED');
    await reports(busy, 'ORPHANED');
    const events = (account: string, handler: string, state: string) =>
      fill(database, 'emay_ims_event', ROWS, (index) => ({
        ...{ id: nextId(), account, handler, type: '', payload: '{}', state, due_at: index, attempts: 0 },
        created_at: index,
      }));
    for (const handler of ['billing', 'orders']) await events(idle, handler, 'FAILED');
    await events(busy, 'orders', 'PENDING');
    const tables = ['message', 'due', 'attempt', 'report_batch', 'report', 'event'].map((name) => `emay_ims_${name}`);
    if (statistics === 'analysed') await analyse(database, kind, tables);
  }, 240_000);
  afterAll(() => bench?.close());

  it('is found to have nothing unfinished by a few looks into indexes', async () => {
    const asked: Asked[] = [];
    const handlers = ['billing', 'orders'];
    const unfinished = (database: ImsDatabase, account: string) =>
      new AccountWorkChecks(database, () => 2).mayHaveUnfinished(account, handlers);
    expect(await unfinished(bench.database, busy)).toBe(true);
    expect(await unfinished(watch(bench.database, asked), idle)).toBe(false);
    const { rows, pages, plan } = await readOf(explaining, kind, asked, 'emay_ims_');
    expect(rows).toBeLessThan(FEW_ROWS);
    expect(pages).toBeLessThan(FEW_PAGES);
    for (const look of plan.filter((step) => /emay_ims_event/.test(step))) {
      expect(look).toMatch(/account=\? AND handler=\? AND state=\?/);
    }
  });
});
