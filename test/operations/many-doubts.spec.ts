import { describe, expect, it } from '@jest/globals';
import { FigureBench } from '../databases/figures/figure-bench.js';
import { databasesUnderTest } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { OperatedApp } from './operated-app.js';

/** One more than are read one by one. */
const DOUBTS = 1_001;

describe.each(databasesUnderTest())('the status with many doubts on %s', (kind) => {
  it('has those that were never submitted counted by the rows, and by the figures once these have counted all', async () => {
    const app = await OperatedApp.open(kind);
    try {
      await app.seed(
        Array.from({ length: DOUBTS }, (_, index) => ({
          id: `doubt-${index}`,
          state: 'UNCONFIRMED' as const,
          createdAt: Date.now() - 60_000,
          code: index < 3 ? 'REPORTED_UNSENT' : 'TIMEOUT',
        })),
      );
      expect(await app.ims.status()).toMatchObject({ unconfirmed: DOUBTS, reportedUnsent: 3 });
      const database = await app.sql();
      const bench = new FigureBench(database, 'default');
      const tells = async () => ['TIMEOUT', 'MADE_UP'].map(await bench.figures.tellsApart());
      expect(await tells()).toEqual([false, false]);
      await eventually(
        async () => (await bench.catchUp(500), bench.figures.count('UNCONFIRMED', 'REPORTED_UNSENT')),
        (count) => count === 3,
      );
      expect(await tells()).toEqual([true, false]);
      // Behind the back of the figures: only who reads the rows sees it.
      await database.run("UPDATE emay_ims_message SET code = 'TIMEOUT' WHERE code = 'REPORTED_UNSENT'", []);
      expect(await app.ims.status()).toMatchObject({ unconfirmed: DOUBTS, reportedUnsent: 3 });
      await database.run("DELETE FROM emay_ims_message WHERE custom_ims_id = 'doubt-0'", []);
      expect(await app.ims.status()).toMatchObject({ unconfirmed: DOUBTS - 1, reportedUnsent: 0 });
    } finally {
      await app.close();
    }
  });
});
