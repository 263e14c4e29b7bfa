import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AccountInternals } from '../../libs/emay-ims/src/account/account-internals.js';
import type { ImsDatabase, SqlRow } from '../../libs/emay-ims/src/database/ims-database.js';
import type { OpenAccount } from '../../libs/emay-ims/src/operations/account-access.js';
import { Doubts } from '../../libs/emay-ims/src/operations/doubts/doubts.js';
import { LiveFigures } from '../../libs/emay-ims/src/operations/figures/live-figures.js';
import { MessageSearches } from '../../libs/emay-ims/src/operations/search/message-searches.js';
import { TimeBudget } from '../../libs/emay-ims/src/operations/search/time-budget.js';
import { databasesUnderTest } from '../support/databases.js';
import { OperatedApp } from './operated-app.js';

const NOW = Date.now();
const DOUBTS = 4_000;
/** A row that is not in the database's memory, as measured with 10 million messages on MariaDB. */
const ROW_MS = 0.06;
const PAGE_MS = 100;

describe.each(databasesUnderTest())('where each row comes slowly, on %s', (kind) => {
  let app: OperatedApp;
  beforeAll(async () => {
    app = await OperatedApp.open(kind);
    await app.seed(
      Array.from({ length: DOUBTS }, (_, index) => ({
        id: `m-${index}`,
        state: 'UNCONFIRMED' as const,
        createdAt: NOW - index * 1_000,
        code: index % 2 === 0 ? 'TIMEOUT' : 'ERROR_SYSTEM',
      })),
    );
  }, 60_000);
  afterAll(() => app.close());

  /** Reads a page whose clock goes on with each row that a query may look at; resolves to it and to the time it took. */
  const timed = <Page>(read: (open: OpenAccount, budget: TimeBudget) => Promise<Page>) =>
    app.ims.perform(async (account) => {
      const internals = account.internals as AccountInternals;
      let now = 0;
      const database: ImsDatabase = Object.create(internals.database, {
        rows: {
          value: async (sql: string, ...rest: [unknown[]]): Promise<SqlRow[]> => {
            const rows = await internals.database.rows(sql, ...rest);
            const looked = /LIMIT (\d+)\) AS/.exec(sql);
            now += ROW_MS * (looked ? Number(looked[1]) : rows.length);
            return rows;
          },
        },
      });
      const open: OpenAccount = {
        name: 'default',
        account,
        internals: Object.create(internals, { database: { value: database } }),
      };
      return { page: await read(open, new TimeBudget(undefined, () => now)), took: now };
    });

  it('a page of doubts holds as many as its time allows, and leads to the others', async () => {
    const counts: number[] = [];
    const query: { after?: string } = {};
    do {
      const { page, took } = await timed((open, budget) =>
        new Doubts(open, new LiveFigures(open)).incidents(query, budget),
      );
      expect(took).toBeLessThan(PAGE_MS);
      counts.push(page.items.reduce((sum, { count }) => sum + count, 0));
      if (page.next === null) break;
      query.after = page.next;
    } while (counts.length < DOUBTS);
    expect(counts.length).toBeGreaterThan(2);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(DOUBTS);
  });

  it('a search looks at as many messages as its time allows', async () => {
    const search = { code: 'RARE' };
    const { page, took } = await timed((open, budget) =>
      new MessageSearches(open, new LiveFigures(open)).page(search, budget),
    );
    expect(took).toBeLessThan(PAGE_MS);
    expect(page).toMatchObject({ items: [], matches: null });
    expect(page.searchedTo!.getTime()).toBeLessThan(NOW - 500 * 1_000);
    expect(page.searchedTo!.getTime()).toBeGreaterThan(NOW - DOUBTS * 1_000);
  });
});
