import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { messageSql } from './store/message-parts.js';
import { databasesUnderTest } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import { describeReads } from './store/reads.js';
import { newMessages, REPORT_DEADLINE_MS, StoreBench } from './store/store-bench.js';

/** A much smaller one PostgreSQL reads whole, which is cheaper then. */
const TABLE = 60_000;
const ROWS = 300;

/** Parameters of their `SET` clauses. */
const SET: Readonly<Record<string, unknown[]>> = {
  claimThese: ['token', 1_000],
  applyNamedReports: ['page'],
  deliver: ['page'],
};

describe.each(databasesUnderTest())('a table that was just filled, on %s', (kind) => {
  const messages = newMessages(TABLE);
  let bench: StoreBench;
  let account: string;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
    const store = bench.store();
    account = store.account;
    for (let start = 0; start < TABLE; start += 1_000) {
      await bench.enqueue(store, messages.slice(start, start + 1_000));
    }
  });
  afterAll(() => bench.close());

  it.each(['accept', 'recordOutcomes', 'applyReports', 'applyNamedReports', 'deliver', 'claimThese'] as const)(
    '%s finds its messages by key, not all of the account',
    async (name) => {
      const statement = messageSql(bench.database.dialect, { reportDeadlineMs: REPORT_DEADLINE_MS })[name];
      const rows = messages
        .slice(0, ROWS)
        .map(({ customImsId }) => ({ custom_ims_id: customImsId, state: 'DELIVERED', rank_to: 7 }));
      const set = SET[name] ?? [];
      const where = name === 'recordOutcomes' || name === 'accept' ? [account, 'token'] : [account];
      const reads = await describeReads(bench.database, kind, { ...statement.make({ set, rows, where }), about: ROWS });
      expect(reads.scans).toEqual([]);
      expect(reads.rows ?? 0).toBeLessThanOrEqual(6 * ROWS);
    },
  );
});
