import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import { mysql } from './dialects/mysql.js';
import { postgres } from './dialects/postgres.js';
import { sqlite } from './dialects/sqlite.js';
import type { SqlDialect } from './sql-dialect.js';
import { queryByCallback, type Queried } from './query-by-callback.js';
import { retrying } from './retrying.js';
import { SharedCommits, type WorkKind } from './shared-commits.js';
import { withoutData } from './store-failure.js';

/** One row as the driver returns it; 64-bit integers may come as strings. */
export type SqlRow = Record<string, string | number | null>;

/** Runs statements, inside a transaction or each on its own. */
export interface SqlSession {
  rows(sql: string, parameters?: readonly unknown[]): Promise<SqlRow[]>;
  /** Resolves to the number of affected rows. */
  run(sql: string, parameters?: readonly unknown[]): Promise<number>;
}

const DIALECTS: Readonly<Record<string, SqlDialect>> = {
  postgres,
  mysql,
  mariadb: mysql,
  'better-sqlite3': sqlite,
};

/** How a transaction begins. MySQL's default, REPEATABLE READ, locks the gaps between queued rows and so blocks those who enqueue. */
const BEGIN: Readonly<Record<SqlDialect['name'], readonly string[]>> = {
  postgres: ['START TRANSACTION ISOLATION LEVEL READ COMMITTED'],
  mysql: ['SET TRANSACTION ISOLATION LEVEL READ COMMITTED', 'START TRANSACTION'],
  sqlite: [], // See `SharedCommits`.
};

/** Something to do with a session, as a whole. */
export type SqlWork<T> = (session: SqlSession) => Promise<T>;

/**
 * The database as the rest of the package sees it: statements with `?`, transactions, and failures that carry no data.
 *
 * - SQLite has one connection, which TypeORM shares among all callers: see `SharedCommits`.
 * - Deadlocks and busy locks are the database asking to try again: done here, for a bounded time.
 */
export class ImsDatabase {
  readonly dialect: SqlDialect;
  private readonly sharedCommits: SharedCommits | null;

  constructor(readonly dataSource: DataSource) {
    const dialect = DIALECTS[dataSource.options.type];
    if (!dialect) {
      throw new EmayImsOptionsError(
        `The data source is of type "${dataSource.options.type}". Use postgres, mysql or mariadb, ` +
          "or database: { type: 'sqlite', path: './data/ims.sqlite' } for an embedded SQLite file of the module's own.",
      );
    }
    this.dialect = dialect;
    this.sharedCommits =
      dialect.name === 'sqlite' ? new SharedCommits(this.session(dataSource.createQueryRunner())) : null;
  }

  rows(sql: string, parameters: readonly unknown[] = []): Promise<SqlRow[]> {
    return this.perform((session) => session.rows(sql, parameters), /^\s*SELECT\b/i.test(sql) ? 'read' : 'write');
  }

  run(sql: string, parameters: readonly unknown[] = []): Promise<number> {
    return this.perform((session) => session.run(sql, parameters), 'write');
  }

  /** Runs the work in one transaction of our own; it may run again where the database asks for it. */
  transaction<T>(work: SqlWork<T>): Promise<T> {
    return this.perform(work, 'transaction');
  }

  /** Joins the transaction of a caller's manager, under a savepoint: what fails here leaves nothing behind there. */
  within<T>(manager: EntityManager, work: (session: SqlSession) => Promise<T>): Promise<T> {
    return manager.transaction((nested) => work(this.session(nested.queryRunner as QueryRunner)));
  }

  private session(runner: QueryRunner): SqlSession {
    const send = this.dialect.name === 'sqlite' ? query : queryByCallback;
    const queried = (sql: string, parameters: readonly unknown[] = []) =>
      withoutData(() => send(runner, this.dialect.placeholders(sql), [...parameters]));
    return {
      rows: async (sql, parameters) => (await queried(sql, parameters)).records as SqlRow[],
      run: async (sql, parameters) => (await queried(sql, parameters)).affected ?? 0,
    };
  }

  private perform<T>(work: SqlWork<T>, kind: WorkKind): Promise<T> {
    if (this.sharedCommits) return this.sharedCommits.perform(work, kind);
    return retrying(async () => {
      const runner = this.dataSource.createQueryRunner();
      try {
        return await (kind === 'transaction' ? this.inTransaction(runner, work) : work(this.session(runner)));
      } finally {
        await runner.release();
      }
    });
  }

  private async inTransaction<T>(runner: QueryRunner, work: SqlWork<T>): Promise<T> {
    const session = this.session(runner);
    for (const statement of BEGIN[this.dialect.name]) await session.run(statement);
    try {
      const result = await work(session);
      await session.run('COMMIT');
      return result;
    } catch (error) {
      // The first failure is the one to tell; a connection that is gone cannot roll back either.
      await session.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
}

function query(runner: QueryRunner, sql: string, parameters: unknown[]): Promise<Queried> {
  return runner.query(sql, parameters, true);
}
