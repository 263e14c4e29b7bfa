import type { SqlDialect } from './sql-dialect.js';
import type { SqlSession } from './sql-session.js';

/** The time by the database's clock. */
export async function readDatabaseClock({ now }: SqlDialect, session: SqlSession): Promise<Date> {
  const [row] = await session.rows(`SELECT ${now} AS now`);
  return new Date(Number(row?.now));
}
