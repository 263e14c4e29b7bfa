import { describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { databaseTime } from '../../src/cli/database-clock.js';
import { mysql } from '../../libs/emay-ims/src/database/dialects/mysql.js';
import { createTestDatabase, databasesUnderTest, dialectOf } from '../support/databases.js';

const ZONE = 'Europe/Berlin';
/** In Berlin 02:30 twice, an hour apart; and an hour apart before and after 02:30, which there is not. */
const TIMES = ['2026-10-25T00:30Z', '2026-10-25T01:30Z', '2026-03-29T00:30Z', '2026-03-29T01:30Z'].map(Date.parse);

describe.each(databasesUnderTest())('the clock of %s', (kind) => {
  async function withDatabase<Result>(work: (source: DataSource) => Promise<Result>): Promise<Result> {
    const database = await createTestDatabase(kind);
    const source = await database.open();
    try {
      return await work(source);
    } finally {
      await source.destroy();
      await database.drop();
    }
  }

  it('is read in milliseconds since 1970', async () => {
    const now = await withDatabase(databaseTime);
    expect(Number.isInteger(now)).toBe(true);
    // Seconds, or microseconds, would be far off.
    expect(Math.abs(now - Date.now())).toBeLessThan(24 * 3_600_000);
  });

  const isMysql = dialectOf(kind) === 'mysql';

  (isMysql ? it : it.skip)('is read as the module reads it, which no zone of a session changes', async () => {
    const asked: string[] = [];
    const query = (sql: string) => Promise.resolve([{ now: asked.push(sql) }]);
    await databaseTime({ options: { type: kind }, query } as unknown as DataSource);
    expect(asked).toEqual([expect.stringContaining(mysql.now)]);
  });

  // A server knows zones by name only where its tables of them are filled, as `.ci/start-mariadb` does.
  (isMysql ? it : it.skip)('neither stands still nor jumps as summer time begins or ends', async () => {
    const read = await withDatabase(async (source) => {
      const runner = source.createQueryRunner();
      try {
        const [{ known }] = (await runner.query(`SELECT CONVERT_TZ(NOW(), '+00:00', '${ZONE}') AS known`)) as [
          { known: unknown },
        ];
        if (known === null) return null;
        await runner.query(`SET time_zone = '${ZONE}'`);
        const session = { options: source.options, query: (sql: string) => runner.query(sql) } as unknown as DataSource;
        const times: number[] = [];
        for (const time of TIMES) {
          await runner.query(`SET timestamp = ${time / 1_000}`);
          times.push(await databaseTime(session));
        }
        return times;
      } finally {
        await runner.release();
      }
    });
    if (read !== null || process.env.CI === 'true') expect(read).toEqual(TIMES);
  });
});
