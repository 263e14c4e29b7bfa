import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import { mysql } from './dialects/mysql.js';
import { postgres } from './dialects/postgres.js';
import { sqlite } from './dialects/sqlite.js';
import type { SqlDialect } from './sql-dialect.js';
import { isTransient, withoutData } from './store-failure.js';

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

/** How long to go on trying where the database asks for it. */
const TRANSIENT_MS = 10_000;

/**
 * The database as the rest of the package sees it: statements with `?`, transactions, and failures that carry no data.
 *
 * - SQLite has one connection, which TypeORM shares among all callers: everything of ours goes through one queue, so
 *   that no statement ever lands inside another caller's transaction.
 * - Deadlocks and busy locks are the database asking to try again: done here, for a bounded time.
 */
export class ImsDatabase {
  readonly dialect: SqlDialect;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(readonly dataSource: DataSource) {
    const dialect = DIALECTS[dataSource.options.type];
    if (!dialect) {
      throw new EmayImsOptionsError(
        `The data source is of type "${dataSource.options.type}". Use postgres, mysql or mariadb, ` +
          "or database: { type: 'sqlite', path: './data/ims.sqlite' } for an embedded SQLite file of the module's own.",
      );
    }
    this.dialect = dialect;
  }

  rows(sql: string, parameters: readonly unknown[] = []): Promise<SqlRow[]> {
    return this.withRunner((runner) => this.session(runner).rows(sql, parameters));
  }

  run(sql: string, parameters: readonly unknown[] = []): Promise<number> {
    return this.withRunner((runner) => this.session(runner).run(sql, parameters));
  }

  /** Runs the work in one transaction of our own; it may run again where the database asks for it. */
  transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return this.withRunner(async (runner) => {
      await withoutData(() => this.begin(runner));
      try {
        const result = await work(this.session(runner));
        await withoutData(() => this.end(runner, 'COMMIT'));
        return result;
      } catch (error) {
        // The first failure is the one to tell; a connection that is gone cannot roll back either.
        await this.end(runner, 'ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }

  /** Joins the transaction of a caller's manager, under a savepoint: what fails here leaves nothing behind there. */
  within<T>(manager: EntityManager, work: (session: SqlSession) => Promise<T>): Promise<T> {
    return manager.transaction((nested) => work(this.session(nested.queryRunner as QueryRunner)));
  }

  private session(runner: QueryRunner): SqlSession {
    const query = (sql: string, parameters: readonly unknown[] = []) =>
      withoutData(() => runner.query(this.dialect.placeholders(sql), [...parameters], true));
    return {
      rows: async (sql, parameters) => (await query(sql, parameters)).records as SqlRow[],
      run: async (sql, parameters) => (await query(sql, parameters)).affected ?? 0,
    };
  }

  private begin(runner: QueryRunner): Promise<unknown> {
    switch (this.dialect.name) {
      case 'sqlite':
        // IMMEDIATE: a transaction that begins with a read cannot wait for the write lock later, only fail.
        return runner.query('BEGIN IMMEDIATE');
      case 'mysql':
        // The default, REPEATABLE READ, locks the gaps between queued rows and so blocks those who enqueue.
        return runner.startTransaction('READ COMMITTED');
      case 'postgres':
        return runner.startTransaction('READ COMMITTED');
    }
  }

  private end(runner: QueryRunner, how: 'COMMIT' | 'ROLLBACK'): Promise<unknown> {
    if (this.dialect.name === 'sqlite') return runner.query(how);
    return how === 'COMMIT' ? runner.commitTransaction() : runner.rollbackTransaction();
  }

  private async withRunner<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    if (this.dialect.name === 'sqlite') {
      // TypeORM's SQLite runner is the connection itself: it is never released.
      const turn = this.queue.then(() => this.retrying(() => work(this.dataSource.createQueryRunner())));
      this.queue = turn.catch(() => undefined);
      return turn;
    }
    return this.retrying(async () => {
      const runner = this.dataSource.createQueryRunner();
      try {
        return await work(runner);
      } finally {
        await runner.release();
      }
    });
  }

  private async retrying<T>(attempt: () => Promise<T>): Promise<T> {
    const giveUpAt = performance.now() + TRANSIENT_MS;
    for (let round = 1; ; round++) {
      try {
        return await attempt();
      } catch (error) {
        if (!isTransient(error) || performance.now() > giveUpAt) throw error;
        await pause(Math.random() * Math.min(200, 5 * 2 ** round));
      }
    }
  }
}
