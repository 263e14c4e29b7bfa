import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { DurableDelivery } from '../../libs/emay-ims/src/events/durable-delivery.js';
import { DurableEventStore } from '../../libs/emay-ims/src/events/durable-event-store.js';
import { databasesUnderTest, dialectOf } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import { readOf, watch, type Asked } from './store/reads.js';
import { newAccount, StoreBench } from './store/store-bench.js';

/** Of each kind: of a type that is wanted no more, dead-lettered, of another handler, of another account. */
const EVENTS = 6_000;
const EVENTS_AT_A_TIME = 500;
const FEW_ROWS = 100;
const FEW_PAGES = 100;

const HANDLER = {
  label: 'Orders.onEvent',
  types: new Set(['message.delivered'] as const),
  name: 'orders',
  handle: () => undefined,
};

const CASES = databasesUnderTest().flatMap((kind) =>
  kind === 'postgres'
    ? [[kind, 'analysed'] as const, [kind, 'without statistics'] as const]
    : [[kind, 'analysed'] as const],
);

describe.each(CASES)('of events that nobody wants, on %s, %s', (kind, statistics) => {
  const account = newAccount();
  let bench: StoreBench;
  let explaining: ImsDatabase;
  let made = 0;
  const put = async (count: number, columns: { account?: string; handler: string; type?: string; state: string }) => {
    for (let first = 0; first < count; first += EVENTS_AT_A_TIME) {
      const values = Array.from({ length: Math.min(count - first, EVENTS_AT_A_TIME) }, () => {
        const id = String(++made).padStart(32, '0');
        const { handler, type = 'message.accepted', state } = columns;
        return `('${id}', '${columns.account ?? account}', '${handler}', '${type}', '{"n":${made}}', '${state}', ${made}, 0, ${made})`;
      });
      await bench.database.run(
        `INSERT INTO emay_ims_event (id, account, handler, type, payload, state, due_at, attempts, created_at)
         VALUES ${values.join(', ')}`,
        [],
      );
    }
  };
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
    explaining = await bench.anotherDatabase();
    for (const owner of [account, newAccount()]) {
      await put(EVENTS, { account: owner, handler: 'orders', state: 'PENDING' });
      await put(EVENTS, { account: owner, handler: 'orders', state: 'FAILED' });
      await put(EVENTS, { account: owner, handler: 'billing', state: 'FAILED' });
    }
    if (statistics === 'analysed') {
      await bench.database.rows(dialectOf(kind) === 'mysql' ? 'ANALYZE TABLE emay_ims_event' : 'ANALYZE');
    }
  }, 240_000);
  afterAll(() => bench?.close());

  it('a delivery reads them once in a while, not each time', async () => {
    const asked: Asked[] = [];
    const store = new DurableEventStore(watch(bench.database, asked), account);
    const delivery = new DurableDelivery(store, HANDLER, account);
    await delivery.deliver();
    asked.length = 0;
    await delivery.deliver();
    expect(asked).toHaveLength(1);
    const { rows, pages, plan } = await readOf(explaining, kind, asked, 'emay_ims_event');
    expect(rows).toBeLessThan(FEW_ROWS);
    expect(pages).toBeLessThan(FEW_PAGES);
    for (const look of plan) expect(look).toMatch(/account=\? AND handler=\? AND state=\? AND due_at>\? AND due_at<\?/);
  });
});
