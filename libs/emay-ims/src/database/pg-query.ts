import type { QueryRunner } from 'typeorm';
import { dataSourceOf } from './data-source-of.js';
import type { SqlRow } from './ims-database.js';

interface PgResult {
  rows: SqlRow[];
  rowCount: number | null;
}

interface PgClient {
  query(sql: string, parameters: unknown[], end: (error: unknown, result: PgResult) => void): void;
}

/**
 * One statement on the runner's connection, by `pg`'s callback. TypeORM takes its promise, and what is promised keeps the next
 * statement's rows and parameters reachable: V8 then finds them alive, takes all of them for long-lived and lets them pile up.
 */
export async function queryPg(runner: QueryRunner, sql: string, parameters: unknown[]) {
  const client = (await runner.connect()) as PgClient;
  const { logger } = dataSourceOf(runner);
  logger.logQuery(sql, parameters, runner);
  return new Promise<{ records: SqlRow[]; affected: number }>((resolve, reject) => {
    client.query(sql, parameters, (error, result) => {
      if (!error) return resolve({ records: result.rows, affected: result.rowCount ?? 0 });
      logger.logQueryError(error as Error, sql, parameters, runner);
      reject(error);
    });
  });
}
