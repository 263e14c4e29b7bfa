import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AccountWorkChecks } from '../../libs/emay-ims/src/message-store/account-work-checks.js';
import { figureSql } from '../../libs/emay-ims/src/figures/figure-sql.js';
import { Figures } from '../../libs/emay-ims/src/figures/figures.js';
import { FigureStore } from '../../libs/emay-ims/src/figures/figure-store.js';
import { databasesUnderTest, dialectOf } from '../support/databases.js';
import { FigureBench } from './figures/figure-bench.js';
import { openTestDatabase } from './open-database.js';
import { describeReads, statementOf } from './store/reads.js';
import { idsOf, newMessages, StoreBench } from './store/store-bench.js';

const MESSAGES = 204_800;
const AT_A_TIME = 20_000;
const DAY = 86_400_000;
/** Half an hour apart: a table of eleven years. */
const APART = 1_800_000;

describe.each(databasesUnderTest())(`what counting reads of ${MESSAGES} messages on %s`, (kind) => {
  let bench: StoreBench;
  let figures: FigureBench;
  let newest: number;

  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
    const store = bench.store();
    figures = new FigureBench(bench.database, store.account);
    const first = newMessages(800);
    await bench.enqueue(store, first);
    newest = Math.floor((await store.queue.now()).getTime() / 1_000) * 1_000;
    const { database } = bench;
    const of = [store.account];
    for (const [position, id] of idsOf(first).entries()) {
      await database.run(
        `UPDATE emay_ims_message SET custom_ims_id = ?, created_at = ?, submitted_at = ?, final_at = ?,
           state = ?, code = 'SUCCESS' WHERE account = ? AND custom_ims_id = ?`,
        [
          `m${position}`,
          newest - position * APART,
          newest - position * APART,
          newest - position * APART + 9_000,
          position === 700 ? 'REJECTED' : 'DELIVERED',
          ...of,
          id,
        ],
      );
    }
    const rows = await database.rows('SELECT * FROM emay_ims_message WHERE account = ?', of);
    const columns = Object.keys(rows[0] as object);
    for (let count = first.length, digit = 0; count < MESSAGES; count *= 2, digit++) {
      const values = columns.map((column) => {
        if (column === 'custom_ims_id') return `REPLACE('#-${digit}', '#', custom_ims_id)`;
        return ['created_at', 'submitted_at', 'final_at'].includes(column) ? `${column} - ${count * APART}` : column;
      });
      await database.run(
        `INSERT INTO emay_ims_message (${columns.join(', ')}) SELECT ${values.join(', ')} FROM emay_ims_message WHERE account = ?`,
        of,
      );
    }
    await database.rows(dialectOf(kind) === 'mysql' ? 'ANALYZE TABLE emay_ims_message' : 'ANALYZE');
  }, 120_000);
  afterAll(() => bench?.close());

  it.each(['findPart', 'count', 'findEarlier', 'lockFinal'] as const)(
    '%s: its part, through an index',
    async (name) => {
      const sql = figureSql(bench.database.dialect);
      const { account } = figures;
      const to = newest - 1_000 * APART;
      const from = to - AT_A_TIME * APART;
      const [text, parameters, about] = {
        findPart: [sql.findPart, [account, from, to, 10_000], 10_001],
        count: [sql.count('hour'), [account, from, to], AT_A_TIME],
        findEarlier: [sql.findEarlier, [account, to, AT_A_TIME], AT_A_TIME + 1],
        lockFinal: [sql.lockFinal, [account, 0, DAY, DAY, 1_000], 1_000],
      }[name] as [string, unknown[], number];
      const reads = await describeReads(bench.database, kind, { sql: text, parameters, about });
      expect(reads.scans).toEqual([]);
      // Each message once, by its index; on MariaDB that counts the rows of a temporary table as well.
      expect(reads.rows ?? 0).toBeLessThanOrEqual(4 * about + 60);
    },
  );

  describe('once all have been counted', () => {
    beforeAll(async () => {
      await figures.counter({ messagesAtATime: AT_A_TIME }).count();
      while (Number((await figures.all('emay_ims_figure_run'))[0]?.counted_from) > 0)
        await figures.counter({ messagesAtATime: AT_A_TIME }).count();
    }, 240_000);

    it('totals read the states, and one message', async () => {
      const { counts, asOf } = await figures.figures.totals();
      expect(counts).toMatchObject({ DELIVERED: MESSAGES - 256, REJECTED: 256 });
      expect(asOf).not.toBeNull();
      const statement = await statementOf(
        (database) =>
          new Figures(new FigureStore(database, figures.account), { stats: () => Promise.reject() })
            .totals()
            .catch(() => null),
        bench.database,
        1,
      );
      const reads = await describeReads(bench.database, kind, statement);
      // The newest message is the first of its index, wherever the account is; PostgreSQL tells by its rows.
      expect(
        reads.scans.filter((step) => !/COVERING INDEX emay_ims_message_created|Index Only Scan/.test(step)),
      ).toEqual([]);
      expect(reads.rows ?? 0).toBeLessThanOrEqual(40);
    });

    it('whether there is something to count is asked without reading the messages', async () => {
      const statement = await statementOf(
        (database) => new AccountWorkChecks(database, () => 1).mayHaveUncounted(figures.account),
        bench.database,
        1,
      );
      const reads = await describeReads(bench.database, kind, statement);
      expect(reads.rows ?? 0).toBeLessThanOrEqual(40);
    });

    it('rare messages are found by their hours, newest first', async () => {
      const found = await figures.figures.slotsWith({ states: ['REJECTED'], limit: 10 });
      expect(found.map(({ messages }) => messages)).toEqual(Array(10).fill(1));
      expect(found[0]?.from.getTime()).toBe(newest - 700 * APART - ((newest - 700 * APART) % 3_600_000));
      expect(found.map(({ from }) => from.getTime())).toEqual(
        found.map(({ from }) => from.getTime()).toSorted((one, other) => other - one),
      );
    });
  });
});
