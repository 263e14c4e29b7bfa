import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource, Logger } from 'typeorm';
import { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { createTestDatabase, dialectOf, serversUnderTest, type TestDatabase } from '../support/databases.js';

const SLOW = { postgres: 'SELECT pg_sleep(0.05)', mysql: 'SELECT SLEEP(0.05)' };
const ANSWER = 'SELECT CAST(? AS CHAR(5)) AS answer';

// An SQLite file of the module's own has no DataSource of the host's, so no logger of its either.
const SERVERS = serversUnderTest();

(SERVERS.length > 0 ? describe.each(SERVERS) : describe.skip.each(['postgres'] as const))(
  "what the host's TypeORM logger hears of on %s",
  (kind) => {
    let database: TestDatabase;
    let source: DataSource;
    let ours: ImsDatabase;
    let heard: unknown[][] = [];
    beforeAll(async () => {
      database = await createTestDatabase(kind);
      source = await database.open();
      const hear =
        (...what: unknown[]) =>
        (...told: unknown[]) =>
          void heard.push([...what, ...told.slice(0, -1)]);
      const deaf = () => undefined;
      source.logger = {
        logQuery: hear('query'),
        logQuerySlow: (_took, ...told) => hear('slow')(...told),
        logQueryError: (error, ...told) => hear('error', String(error))(...told),
        logSchemaBuild: deaf,
        logMigration: deaf,
        log: deaf,
      } satisfies Logger;
      ours = new ImsDatabase(source);
    });
    afterAll(async () => {
      await source.destroy();
      await database.drop();
    });

    const hearing = async (work: () => Promise<unknown>, slowAfterMs?: number) => {
      heard = [];
      source.setOptions({ maxQueryExecutionTime: slowAfterMs });
      await work();
      return heard;
    };

    it('a statement and its parameters', async () => {
      const sql = ours.dialect.placeholders(ANSWER);
      expect(await hearing(() => ours.rows(ANSWER, ['yes']))).toContainEqual(['query', sql, ['yes']]);
    });

    it('a slow one, where the host says what that is; 0 says nothing', async () => {
      const slow = ['slow', SLOW[dialectOf(kind)], []];
      expect(await hearing(() => ours.rows(SLOW[dialectOf(kind)]), 1)).toContainEqual(slow);
      expect(await hearing(() => ours.rows(SLOW[dialectOf(kind)]), 0)).not.toContainEqual(slow);
      expect(await hearing(() => ours.rows(SLOW[dialectOf(kind)]), 60_000)).not.toContainEqual(slow);
      expect(await hearing(() => ours.rows(SLOW[dialectOf(kind)]))).not.toContainEqual(slow);
    });

    it('of a raw page only how long it is', async () => {
      const body = Buffer.from('private');
      const [row] = await ours.rows(ANSWER, [body]);
      expect(String(row?.answer)).toBe('priva');
      expect(await hearing(() => ours.rows(ANSWER, [body]))).toContainEqual([
        'query',
        ours.dialect.placeholders(ANSWER),
        ['<7 bytes>'],
      ]);
    });

    it('one that fails, and the caller an error without its data', async () => {
      const broken = 'SELECT it FROM nowhere WHERE it = ?';
      const told = await hearing(() => expect(ours.rows(broken, ['private'])).rejects.not.toThrow(/private|nowhere/));
      expect(told).toContainEqual([
        'error',
        expect.stringContaining('nowhere'),
        ours.dialect.placeholders(broken),
        ['private'],
      ]);
    });
  },
);
