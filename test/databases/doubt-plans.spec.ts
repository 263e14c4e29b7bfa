import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { MessageFinder } from '../../libs/emay-ims/src/message-store/message-finder.js';
import type { OpenAccount } from '../../libs/emay-ims/src/operations/account-access.js';
import { Doubts } from '../../libs/emay-ims/src/operations/doubts/doubts.js';
import type { Figures } from '../../libs/emay-ims/src/operations/figures/figures-source.js';
import { SEARCH_STEP, TimeBudget } from '../../libs/emay-ims/src/operations/search/time-budget.js';
import { databasesUnderTest, dialectOf } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import { describeReads, statementOf, type Statement } from './store/reads.js';
import { newMessages, StoreBench } from './store/store-bench.js';

const FIRST = 800;
/** Ten times as many as a page of incidents is about: whoever sorts them reads all. */
const DOUBTS = 128 * FIRST;
const APART_MS = 100;
const PAGE = 51;
const NEVER_SPENT = () => new TimeBudget(1, () => 0);
const SPENT = () => new TimeBudget(0, () => 0);

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
    await database.rows(dialectOf(kind) === 'mysql' ? 'ANALYZE TABLE emay_ims_message' : 'ANALYZE');
  }, 240_000);
  afterAll(() => bench?.close());

  const figures = {
    ...{ asOf: async () => null, rows: async () => [], tellsApart: async () => () => true },
  } as unknown as Figures;
  const doubtsIn = (database: ImsDatabase) => {
    const finder = new MessageFinder(database, account);
    return new Doubts(
      { name: account, internals: { database }, account: { finder } } as unknown as OpenAccount,
      figures,
    );
  };

  /** In the order of the index, and no further than is wanted. */
  const expectBounded = async (statement: Statement) => {
    const { scans, rows } = await describeReads(bench.database, kind, statement);
    expect(scans).toEqual([]);
    expect(rows ?? 0).toBeLessThanOrEqual(3 * statement.about + 60);
    if (kind !== 'sqlite') return;
    const plan = await bench.database.rows(`EXPLAIN QUERY PLAN ${statement.sql}`, statement.parameters);
    expect(plan.map(({ detail }) => String(detail)).join()).toMatch(/^(?!.*TEMP B-TREE).*emay_ims_message_outcome/);
  };

  it('for incidents, of whatever code: a step at a time', async () => {
    for (const query of [{}, { code: 'RARE' }, { since: new Date() }]) {
      await expectBounded(
        await statementOf((database) => doubtsIn(database).incidents(query), bench.database, SEARCH_STEP),
      );
    }
  });

  it('for a code that only the oldest has: says how far it got, and goes on to it', async () => {
    const oldest = await bench.database.rows(
      'SELECT custom_ims_id, created_at FROM emay_ims_message WHERE account = ? ORDER BY created_at, custom_ims_id LIMIT 1',
      [account],
    );
    const { custom_ims_id: id, created_at: at } = oldest[0] as Record<string, unknown>;
    const rename = (code: string) =>
      bench.database.run('UPDATE emay_ims_message SET code = ? WHERE account = ? AND custom_ims_id = ?', [
        ...[code, account, id],
      ]);
    await rename('RARE');
    const doubts = doubtsIn(bench.database);
    try {
      let now = 0;
      // Three steps: 30, 60 and 90 ms.
      const clocked = await doubts.incidents({ code: 'RARE' }, new TimeBudget(80, () => (now += 30) - 30));
      const place = async (offset: number) => {
        const rows = await bench.database.rows(
          `SELECT created_at FROM emay_ims_message WHERE account = ? AND outcome = 'UNCONFIRMED'
           ORDER BY created_at DESC, custom_ims_id DESC LIMIT 1 OFFSET ?`,
          [account, offset],
        );
        return new Date(Number(rows[0]?.created_at));
      };
      expect(clocked).toMatchObject({ items: [], matches: null, searchedTo: await place(3 * SEARCH_STEP - 1) });
      let { next } = clocked;
      for (let steps = 3; next !== null; steps++) {
        const page = await doubts.incidents({ code: 'RARE', after: next }, SPENT());
        ({ next } = page);
        const isLast = (steps + 1) * SEARCH_STEP > DOUBTS;
        expect([page.items.length, next === null]).toEqual([isLast ? 1 : 0, isLast]);
        expect(page.searchedTo === null).toBe(isLast);
      }
      const whole = await doubts.incidents({ code: 'RARE' }, NEVER_SPENT());
      expect(whole).toMatchObject({ items: [{ code: 'RARE', count: 1 }], next: null, matches: { n: 1, exact: true } });
      // Its messages lie where its times say, however many are newer.
      const messages = await doubts.page({ incident: whole.items[0]!.id }, NEVER_SPENT());
      expect(messages).toMatchObject({ items: [{ customImsId: id, createdAt: new Date(Number(at)) }], next: null });
    } finally {
      await rename('TIMEOUT');
    }
  });

  it('for the parts of an incident that ends with its page, amid messages of the same time: each its own', async () => {
    const doubts = doubtsIn(bench.database);
    const ids = new Set<string>();
    let next: string | undefined;
    for (let part = 1; part <= 3; part++) {
      const page = await doubts.incidents({ after: next }, SPENT());
      const [incident] = page.items;
      expect(incident).toMatchObject({ count: SEARCH_STEP });
      const { found } = await doubts.seen(incident!.id, 10_000, NEVER_SPENT());
      for (const { customImsId } of found) ids.add(customImsId);
      expect([found.length, ids.size]).toEqual([SEARCH_STEP, part * SEARCH_STEP]);
      next = page.next!;
    }
  });

  it('for a rare code whose incident spans all of them: its page says how far it got, too', async () => {
    const doubts = doubtsIn(bench.database);
    const { items } = await doubts.incidents({}, NEVER_SPENT());
    const [code, ...times] = JSON.parse(Buffer.from(items[0]!.id, 'base64url').toString()) as [string, ...number[]];
    expect(code).toBe('TIMEOUT');
    const incident = Buffer.from(JSON.stringify(['RARE', ...times])).toString('base64url');
    const first = await doubts.page({ incident }, SPENT());
    expect(first).toMatchObject({ items: [], matches: null, next: expect.any(String) });
    const rest = await doubts.page({ incident, after: first.next! }, NEVER_SPENT());
    expect(rest).toMatchObject({ items: [], next: null, searchedTo: null });
  });

  it('for a page of all of them, or of one incident: the page', async () => {
    const { items, next: older } = await doubtsIn(bench.database).incidents({}, NEVER_SPENT());
    const [incident] = items;
    expect(incident).toMatchObject({ count: 10_000 });
    expect(older).not.toBeNull();
    for (const query of [{}, { incident: incident!.id }]) {
      await expectBounded(await statementOf((database) => doubtsIn(database).page(query), bench.database, PAGE));
      const { next } = await doubtsIn(bench.database).page(query);
      const second = { ...query, after: next! };
      await expectBounded(await statementOf((database) => doubtsIn(database).page(second), bench.database, PAGE));
    }
  });
});
