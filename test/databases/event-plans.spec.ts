import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { DurableDelivery } from '../../libs/emay-ims/src/events/durable-delivery.js';
import { DurableEventStore } from '../../libs/emay-ims/src/events/durable-event-store.js';
import { openTestDatabase } from './open-database.js';
import { fill, nextId } from './store/fill.js';
import { analyse, readOf, watch, withAndWithoutStatistics, type Asked } from './store/reads.js';
import { newAccount, StoreBench } from './store/store-bench.js';

/** Of each kind: of a type that is wanted no more, dead-lettered, of another handler, of another account. */
const EVENTS = 6_000;
const FEW_ROWS = 100;
const FEW_PAGES = 100;

const HANDLER = {
  label: 'Orders.onEvent',
  types: new Set(['message.delivered'] as const),
  name: 'orders',
  handle: () => undefined,
};

describe.each(withAndWithoutStatistics())('of events that nobody wants, on %s, %s', (kind, statistics) => {
  const account = newAccount();
  let bench: StoreBench;
  let explaining: ImsDatabase;
  const put = (owner: string, columns: { handler: string; state: string }) =>
    fill(bench.database, 'emay_ims_event', EVENTS, (index) => ({
      ...{ id: nextId(), account: owner, ...columns, type: 'message.accepted', payload: '{"a":1}' },
      ...{ due_at: index, attempts: 0, created_at: index },
    }));
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
    explaining = await bench.anotherDatabase();
    for (const owner of [account, newAccount()]) {
      await put(owner, { handler: 'orders', state: 'PENDING' });
      await put(owner, { handler: 'orders', state: 'FAILED' });
      await put(owner, { handler: 'billing', state: 'FAILED' });
    }
    if (statistics === 'analysed') await analyse(bench.database, kind, ['emay_ims_event']);
  }, 240_000);
  afterAll(() => bench?.close());

  it('a delivery reads them once in a while, not each time', async () => {
    const asked: Asked[] = [];
    const store = new DurableEventStore(watch(bench.database, asked), account);
    const delivery = new DurableDelivery(store, HANDLER, account);
    await delivery.deliver();
    await delivery.ended();
    asked.length = 0;
    await delivery.deliver();
    await delivery.ended();
    expect(asked).toHaveLength(1);
    const { rows, pages, plan } = await readOf(explaining, kind, asked, 'emay_ims_event');
    expect(rows).toBeLessThan(FEW_ROWS);
    expect(pages).toBeLessThan(FEW_PAGES);
    for (const look of plan) expect(look).toMatch(/account=\? AND handler=\? AND state=\? AND due_at>\? AND due_at<\?/);
  });
});
