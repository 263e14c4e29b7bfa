import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import type { OpenAccount } from '../../libs/emay-ims/src/operations/account-access.js';
import { Doubts } from '../../libs/emay-ims/src/operations/doubts.js';
import type { Figures } from '../../libs/emay-ims/src/operations/figures/figures-source.js';
import { databasesUnderTest } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import { describeReads, statementOf, type Statement } from './store/reads.js';
import { newMessages, StoreBench } from './store/store-bench.js';

const FIRST = 800;
/** Ten times as many as are looked at: whoever sorts them reads all. */
const DOUBTS = 128 * FIRST;
const APART_MS = 100;
const LOOKED_AT = 10_001;
const PAGE = 51;

describe.each(databasesUnderTest())(`what is read of ${DOUBTS} doubts on %s`, (kind) => {
  let bench: StoreBench;
  let account: string;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
    const { database } = bench;
    const store = bench.store();
    ({ account } = store);
    await bench.enqueue(store, newMessages(FIRST));
    const of = [account];
    await database.run(
      `UPDATE emay_ims_message SET state = 'UNCONFIRMED', outcome = 'UNCONFIRMED', code = 'TIMEOUT', submitted_at = created_at + 1000
       WHERE account = ?`,
      of,
    );
    const rows = await database.rows('SELECT * FROM emay_ims_message WHERE account = ?', of);
    const columns = Object.keys(rows[0] as object);
    const copy = (changes: Record<string, string>) =>
      database.run(
        `INSERT INTO emay_ims_message (${columns.join(', ')})
         SELECT ${columns.map((column) => changes[column] ?? column).join(', ')} FROM emay_ims_message WHERE account = ?`,
        of,
      );
    const id = (mark: string) => `REPLACE('#-${mark}', '#', custom_ims_id)`;
    for (let count = FIRST, digit = 0; count < DOUBTS; count *= 2, digit++) {
      const [created_at, submitted_at] = ['created_at', 'submitted_at'].map((time) => `${time} - ${count * APART_MS}`);
      await copy({ custom_ims_id: id(String(digit)), created_at: created_at!, submitted_at: submitted_at! });
    }
    // As many messages have been delivered since.
    await copy({
      custom_ims_id: id('d'),
      created_at: `created_at + ${DOUBTS * APART_MS}`,
      state: "'DELIVERED'",
      outcome: 'NULL',
    });
    await database.rows(kind === 'mariadb' ? 'ANALYZE TABLE emay_ims_message' : 'ANALYZE');
  }, 240_000);
  afterAll(() => bench?.close());

  const figures = { asOf: async () => null, rows: async () => [], sums: async () => [] } as unknown as Figures;
  const doubtsIn = (database: ImsDatabase) =>
    new Doubts({ name: account, internals: { database } } as unknown as OpenAccount, figures);

  /** In the order of the index, and no further than is wanted. */
  const expectBounded = async (statement: Statement) => {
    const { scans, rows } = await describeReads(bench.database, kind, statement);
    expect(scans).toEqual([]);
    expect(rows ?? 0).toBeLessThanOrEqual(3 * statement.about + 60);
    if (kind !== 'sqlite') return;
    const plan = await bench.database.rows(`EXPLAIN QUERY PLAN ${statement.sql}`, statement.parameters);
    expect(plan.map(({ detail }) => String(detail)).join()).toMatch(/^(?!.*TEMP B-TREE).*emay_ims_message_outcome/);
  };

  it('for incidents: the newest that are looked at', async () => {
    await expectBounded(await statementOf((database) => doubtsIn(database).incidents(), bench.database, LOOKED_AT));
  });

  it('for a page of all of them, or of one incident: the page', async () => {
    const [incident] = await doubtsIn(bench.database).incidents();
    expect(incident).toMatchObject({ count: LOOKED_AT - 1, isCut: true });
    for (const query of [{}, { incident: incident!.id }]) {
      await expectBounded(await statementOf((database) => doubtsIn(database).page(query), bench.database, PAGE));
      const { next } = await doubtsIn(bench.database).page(query);
      const second = { ...query, after: next! };
      await expectBounded(await statementOf((database) => doubtsIn(database).page(second), bench.database, PAGE));
    }
  });
});
