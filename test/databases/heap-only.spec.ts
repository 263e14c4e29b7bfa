import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SqlSession } from '../../libs/emay-ims/src/database/ims-database.js';
import { databasesUnderTest } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import { newAttempt, newMessages, StoreBench } from './store/store-bench.js';

const servers = databasesUnderTest().filter((kind) => kind === 'postgres');
const MESSAGES = 900;

(servers.length > 0 ? describe : describe.skip)('answers and reports on PostgreSQL', () => {
  let bench: StoreBench;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase('postgres'));
  });
  afterAll(() => bench?.close());

  it('change messages in place, without a new entry in any index', async () => {
    // Room in each page for every version of its rows, whether or not the server has cleared old ones away yet.
    await bench.database.run('ALTER TABLE emay_ims_message SET (fillfactor = 10)');
    const store = bench.store();
    const messages = newMessages(MESSAGES);
    const attempt = newAttempt();
    await bench.enqueue(store, messages);
    for (let claimed = 0; claimed < MESSAGES; claimed += 300)
      expect(await store.queue.claim(300, attempt)).toHaveLength(300);
    const ids = messages.map(({ customImsId }) => customImsId);
    await store.results.recordOutcomes(
      attempt.token,
      ids.map((customImsId) => ({ customImsId, state: 'ACCEPTED', code: 'SUCCESS', imsId: 'x', rawAnswer: null })),
    );
    // Counts what this connection has done and not told the server yet, earlier transactions included.
    const counted = async (session: SqlSession) => {
      const [row] = await session.rows(
        "SELECT pg_stat_get_xact_tuples_hot_updated('emay_ims_message'::regclass) AS count",
      );
      return Number(row?.count);
    };
    const heapOnly = await bench.database.transaction(async (session) => {
      const before = await counted(session);
      const report = { imsId: 'x', mobile: null, reportState: 'DELIVRD', description: '成功', submitTime: new Date(1) };
      const moved = await store.results.applyReports(
        ids.map((customImsId) => ({ ...report, customImsId, state: 'DELIVERED', receiveTime: new Date(2) })),
        session,
      );
      expect(moved).toBe(MESSAGES);
      return (await counted(session)) - before;
    });
    expect(heapOnly).toBe(MESSAGES);
  });
});
