import type { QueryRunner } from 'typeorm';
import type { CancellableConnection } from './cancel-request.js';
import { dataSourceOf } from './data-source-of.js';
import type { SqlRow } from './sql-session.js';

/** What a statement brought. */
export interface Queried {
  records: SqlRow[];
  affected?: number;
  /** PostgreSQL only: what it did, e.g. `ROLLBACK` for a `COMMIT` that could not be. */
  command?: string;
}

/** `pg`'s result, or `mysql2`'s: the rows themselves, or a header where there are none. */
type DriverResult = { rows: SqlRow[]; rowCount: number | null; command?: string } | SqlRow[] | { affectedRows: number };

/** A client of `pg`, or a connection of `mysql2`, as far as we use it. */
export interface DriverConnection extends CancellableConnection {
  query(sql: string, parameters: unknown[] | undefined, end: (error: unknown, result: DriverResult) => void): void;
  /** `pg`. */
  connection?: { stream?: { destroy(): void; readyState?: string } };
  /** `mysql2`. */
  stream?: { destroy(): void };
  destroy?(): void;
}

/**
 * One statement on the runner's connection, by the driver's callback.
 *
 * - Through TypeORM's `query` a message that is sent by itself costs a fifth more CPU of this process (median of six interleaved
 *   rounds: PostgreSQL 0.90 → 1.11 ms, MariaDB 0.57 → 0.68). Why: see docs/performance-internals.md.
 * - TypeORM also keeps to itself how PostgreSQL answered a COMMIT (`command`).
 * - The host's logger hears of it as of any other statement, slow ones included. Its TypeORM subscribers and `enableQueryTimeout` do not.
 */
export function queryByCallback(
  runner: QueryRunner,
  connection: DriverConnection,
  sql: string,
  parameters: unknown[],
): Promise<Queried> {
  const { logger, options } = dataSourceOf(runner);
  // As in TypeORM, 0 is no limit.
  const slowAfterMs = options.maxQueryExecutionTime || Infinity;
  const told = parameters.map((value) => (Buffer.isBuffer(value) ? `<${value.length} bytes>` : value));
  tell(() => logger.logQuery(sql, told, runner));
  return new Promise((resolve, reject) => {
    const began = performance.now();
    // With no parameters at all, or `pg-native` prepares the statement, and refuses several in one.
    connection.query(sql, parameters.length > 0 ? parameters : undefined, (error, result) => {
      const took = performance.now() - began;
      if (took > slowAfterMs) tell(() => logger.logQuerySlow(took, sql, told, runner));
      if (error) tell(() => logger.logQueryError(error as Error, sql, told, runner));
      if (error) reject(error);
      else resolve(queried(result));
    });
  });
}

/** A logger of the host's that throws must not make a statement fail that the database has run. */
function tell(log: () => unknown): void {
  try {
    log();
  } catch {
    // There is nobody left to tell.
  }
}

function queried(result: DriverResult): Queried {
  // No rows where it was several statements: nobody asks for their results.
  if (result === undefined) return { records: [] };
  if (Array.isArray(result)) return { records: result };
  return 'rows' in result
    ? { records: result.rows, affected: result.rowCount ?? 0, command: result.command }
    : { records: [], affected: result.affectedRows };
}
