import type { QueryRunner } from 'typeorm';
import { dataSourceOf } from './data-source-of.js';
import type { SqlRow } from './ims-database.js';

/** What a statement brought. */
export interface Queried {
  records: SqlRow[];
  affected?: number;
}

/** `pg`'s result, or `mysql2`'s: the rows themselves, or a header where there are none. */
type DriverResult = { rows: SqlRow[]; rowCount: number | null } | SqlRow[] | { affectedRows: number };

interface DriverConnection {
  query(sql: string, parameters: unknown[], end: (error: unknown, result: DriverResult) => void): void;
}

/**
 * One statement on the runner's connection, by the driver's callback. TypeORM takes the driver's promise, and what `pg` promises
 * keeps the next statement's rows and parameters reachable: V8 then finds them alive, takes all of them for long-lived and lets
 * them pile up. `mysql2` notes a stack for each promise.
 *
 * - The host's logger hears of it as of any other statement, slow ones included. Its TypeORM subscribers and `enableQueryTimeout` do not.
 */
export async function queryByCallback(runner: QueryRunner, sql: string, parameters: unknown[]): Promise<Queried> {
  const connection = (await runner.connect()) as DriverConnection;
  const { logger, options } = dataSourceOf(runner);
  // As in TypeORM, 0 is no limit.
  const slowAfterMs = options.maxQueryExecutionTime || Infinity;
  const told = parameters.map((value) => (Buffer.isBuffer(value) ? `<${value.length} bytes>` : value));
  logger.logQuery(sql, told, runner);
  const began = performance.now();
  return new Promise((resolve, reject) => {
    connection.query(sql, parameters, (error, result) => {
      try {
        const took = performance.now() - began;
        if (took > slowAfterMs) logger.logQuerySlow(took, sql, told, runner);
        if (error) logger.logQueryError(error as Error, sql, told, runner);
      } catch (thrown) {
        // A logger of the host's: out here in the driver's callback it would end the process.
        return reject(thrown);
      }
      if (error) reject(error);
      else resolve(queried(result));
    });
  });
}

function queried(result: DriverResult): Queried {
  if (Array.isArray(result)) return { records: result };
  return 'rows' in result
    ? { records: result.rows, affected: result.rowCount ?? 0 }
    : { records: [], affected: result.affectedRows };
}
