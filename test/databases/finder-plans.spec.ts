import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { MessageFinder } from '../../libs/emay-ims/src/message-store/message-finder.js';
import { openTestDatabase } from './open-database.js';
import { fill, nextId } from './store/fill.js';
import { analyse, describeReads, statementOf, withAndWithoutStatistics } from './store/reads.js';
import { newAccount, StoreBench } from './store/store-bench.js';

/** Of the account, and of its neighbour. */
const DELIVERED = 12_000;
/** Of either list. */
const LISTED = 1_500;
const IDS_IN_A_ROW = 50;
/** It is looked up in the list, among those that are distinct, and by its key. */
const READS_OF_ONE = 8;

describe.each(withAndWithoutStatistics())('few messages in the lists, of many, on %s, %s', (kind, statistics) => {
  const account = newAccount();
  let bench: StoreBench;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
    const { database } = bench;
    const messages = async (count: number, owner: string, state: string) => {
      const ids = Array.from({ length: count }, nextId);
      await fill(database, 'emay_ims_message', count, (index) => ({
        ...{ account: owner, custom_ims_id: ids[index]!, mobile: `+${index}`, content: '', state, priority: 0 },
        ...{ attempts: 0, created_at: index, due_at: 1 },
      }));
      return (row: number) => JSON.stringify(ids.slice(row * IDS_IN_A_ROW, (row + 1) * IDS_IN_A_ROW));
    };
    for (const owner of [account, newAccount()]) await messages(DELIVERED, owner, 'DELIVERED');
    const queued = await messages(LISTED, account, 'QUEUED');
    await fill(database, 'emay_ims_due', LISTED / IDS_IN_A_ROW, (row) => ({
      ...{ id: nextId(), account, priority: 0, due_at: 1, ids: queued(row) },
    }));
    const accepted = await messages(LISTED, account, 'ACCEPTED');
    await fill(database, 'emay_ims_attempt', LISTED / IDS_IN_A_ROW, (row) => ({
      ...{ id: nextId(), account, attempt: `${row}`, ends_at: 1, due_at: 1, ids: accepted(row) },
    }));
    const tables = ['emay_ims_message', 'emay_ims_due', 'emay_ims_attempt'];
    if (statistics === 'analysed') await analyse(database, kind, tables);
  }, 240_000);
  afterAll(() => bench?.close());

  it.each(['QUEUED', 'ACCEPTED'] as const)('those that are %s are found by what the list names', async (state) => {
    const query = { states: [state], limit: 10 };
    expect(await new MessageFinder(bench.database, account).find(query)).toHaveLength(10);
    const find = (database: ImsDatabase) => new MessageFinder(database, account).find(query);
    const reads = await describeReads(bench.database, kind, await statementOf(find, bench.database, LISTED));
    expect(reads.scans).toEqual([]);
    expect(reads.rows ?? 0).toBeLessThan(READS_OF_ONE * LISTED);
  });
});
