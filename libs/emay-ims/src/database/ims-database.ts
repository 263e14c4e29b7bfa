import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import { mysql } from './dialects/mysql.js';
import { postgres } from './dialects/postgres.js';
import { sqlite } from './dialects/sqlite.js';
import { EmbeddedSqliteSource } from './embedded-sqlite-source.js';
import { DEFAULT_LIMITS, type ConnectionLimits } from './pooled-connection.js';
import { ServerDatabase } from './server-database.js';
import { mysqlSessions } from './sessions/mysql-sessions.js';
import { postgresSessions } from './sessions/postgres-sessions.js';
import type { ServerFacts, ServerSessions } from './sessions/server-sessions.js';
import { SharedCommits, type WorkKind } from './shared-commits.js';
import type { SqlDialect } from './sql-dialect.js';
import type { SqlRow, SqlStatement, SqlWork } from './sql-session.js';
import { TableNames } from './table-names.js';

export type { SqlRow, SqlSession, SqlStatement, SqlWork } from './sql-session.js';

const SERVERS: Readonly<Record<string, { dialect: SqlDialect; sessions: ServerSessions }>> = {
  postgres: { dialect: postgres, sessions: postgresSessions },
  mysql: { dialect: mysql, sessions: mysqlSessions },
  mariadb: { dialect: mysql, sessions: mysqlSessions },
};

/** Settings of a database besides its DataSource. */
export interface ImsDatabaseSettings {
  /** Default: the tables' own names, wherever those lead. */
  names: TableNames;
  limits: ConnectionLimits;
  /** What the start has found out. */
  facts: ServerFacts;
  /** The DataSource whose transactions an `enqueue` may join; default: the same one. */
  host: DataSource;
}

/** Options of one piece of work. */
export interface WorkOptions {
  /** For large reads and deletes: four times the usual statement timeout. */
  isLong?: boolean;
}

/**
 * The database as the rest of the package sees it: statements with `?`, transactions, and failures that carry no data.
 *
 * - Statements call tables and indexes `emay_ims_…`, wherever they lie: see `TableNames`.
 * - On a server each statement ends by its deadline: see `ServerDatabase`. An SQLite file has one connection that writes, in a thread of its own: see `SharedCommits`.
 * - Deadlocks and busy locks are retried here, for a bounded time.
 */
export class ImsDatabase {
  readonly dialect: SqlDialect;
  readonly names: TableNames;
  /** Whose transactions an `enqueue` may join. */
  readonly host: DataSource;
  private readonly work: SharedCommits | ServerDatabase;
  private readonly statements = new Map<string, string>();

  constructor(
    readonly dataSource: DataSource,
    {
      names = new TableNames(dataSource.options.type),
      limits = DEFAULT_LIMITS,
      facts = { statementTimeoutMs: 0, losesCommits: false },
      host = dataSource,
    }: Partial<ImsDatabaseSettings> = {},
  ) {
    this.names = names;
    this.host = host;
    if (dataSource instanceof EmbeddedSqliteSource) {
      this.dialect = sqlite;
      this.work = new SharedCommits(dataSource.connection);
      return;
    }
    const server = SERVERS[dataSource.options.type];
    if (!server) {
      throw new EmayImsOptionsError(
        `The data source is of type "${dataSource.options.type}". Use postgres, mysql or mariadb, ` +
          "or database: { type: 'sqlite', path: './data/ims.sqlite' } for an embedded SQLite file of the module's own.",
      );
    }
    this.dialect = server.dialect;
    this.work = new ServerDatabase(dataSource, server.sessions, { limits, facts }, (sql) => this.statement(sql));
  }

  rows(sql: string, parameters: readonly unknown[] = [], options?: WorkOptions): Promise<SqlRow[]> {
    const kind: WorkKind = /^\s*SELECT\b/i.test(sql) ? 'read' : 'write';
    return this.work.perform((session) => session.rows(sql, parameters), kind, options);
  }

  run(sql: string, parameters: readonly unknown[] = []): Promise<number> {
    return this.work.perform((session) => session.run(sql, parameters), 'write');
  }

  /** Runs statements in one transaction of our own, in their order: on SQLite in one go. */
  async runAll(statements: readonly SqlStatement[]): Promise<void> {
    if (this.work instanceof SharedCommits) return this.work.performAll(statements);
    await this.transaction(async (session) => {
      for (const [sql, parameters] of statements) await session.run(sql, parameters);
    });
  }

  /**
   * Runs the work in one transaction of our own; it may run again after a deadlock or a busy lock.
   *
   * @throws EmayImsStoreError with `mayBeStored` if the COMMIT got no answer
   */
  transaction<T>(work: SqlWork<T>, options?: WorkOptions): Promise<T> {
    return this.work.perform(work, 'transaction', options);
  }

  /**
   * Proves that a server accepts writes, by one that changes no row: it may have become a standby, or read-only. For an SQLite file, the
   * next write shows it.
   */
  async assertWritable(): Promise<void> {
    if (this.work instanceof ServerDatabase) await this.run('UPDATE emay_ims_lease SET holder = holder WHERE 1 = 0');
  }

  /** Joins the transaction of a caller's manager, under a savepoint: a failure leaves nothing behind in it. */
  within<T>(manager: EntityManager, work: SqlWork<T>): Promise<T> {
    if (this.work instanceof SharedCommits) throw new Error('An SQLite file of our own joins no transaction.');
    return this.work.join(manager.queryRunner as QueryRunner, work);
  }

  private statement(sql: string): string {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      // A name may hold a question mark.
      statement = this.names.place(this.dialect.placeholders(sql));
      this.statements.set(sql, statement);
    }
    return statement;
  }
}
