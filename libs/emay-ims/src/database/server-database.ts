import type { DataSource, QueryRunner } from 'typeorm';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import type { WorkOptions } from './ims-database.js';
import { JoinedTransactions } from './joined-transactions.js';
import { ConnectionPool, type ConnectionLimits, type PooledConnection } from './pooled-connection.js';
import { retrying } from './retrying.js';
import type { ServerFacts, ServerSessions } from './sessions/server-sessions.js';
import type { WorkKind } from './shared-commits.js';
import type { SqlSession, SqlWork } from './sql-session.js';
import { isRefusedCommit } from './store-failure.js';

/** How many times longer a statement may take that is known to read or delete much. */
const LONG = 4;
/** Dead connections found one after the other before the server itself counts as away. */
const MAX_DEAD = 10;

/**
 * Work on PostgreSQL, MySQL and MariaDB: each piece on a connection of the pool.
 *
 * - No connection goes back to the pool in a state that nobody knows: see `PooledConnection`.
 * - A connection that turns out to be closed before anything was written is replaced by another. One that was silent is not: its
 *   time is over.
 */
export class ServerDatabase {
  private readonly pool: ConnectionPool;
  private readonly joined: JoinedTransactions;

  constructor(
    dataSource: DataSource,
    private readonly sessions: ServerSessions,
    private readonly known: { limits: ConnectionLimits; facts: ServerFacts },
    /** A statement as the driver takes it. */
    private readonly statement: (sql: string) => string,
  ) {
    const { limits } = known;
    const { statementTimeoutMs } = limits;
    this.pool = new ConnectionPool(dataSource, limits, sessions.prepare(statementTimeoutMs, statementTimeoutMs * LONG));
    this.joined = new JoinedTransactions(sessions, (connection) => this.sessionOf(connection, statementTimeoutMs));
  }

  perform<T>(work: SqlWork<T>, kind: WorkKind, { isLong = false }: WorkOptions = {}): Promise<T> {
    const timeoutMs = this.known.limits.statementTimeoutMs * (isLong ? LONG : 1);
    const isTransaction = kind === 'transaction' || (kind === 'write' && this.sessions.limitsTransactionsOnly);
    return retrying(() => {
      if (isTransaction) return this.inTransaction(work, timeoutMs);
      return kind === 'read' ? this.read(work, timeoutMs) : this.write(work, timeoutMs);
    });
  }

  join<T>(runner: QueryRunner, work: SqlWork<T>): Promise<T> {
    return this.joined.join(runner, work);
  }

  private async read<T>(work: SqlWork<T>, timeoutMs: number): Promise<T> {
    const { connection, result } = await this.onLivingConnection((taken) => work(this.sessionOf(taken, timeoutMs)));
    await connection.giveBack();
    return result;
  }

  /** A statement that commits by itself: without an answer it may have. */
  private async write<T>(work: SqlWork<T>, timeoutMs: number): Promise<T> {
    const connection = await this.pool.take();
    try {
      return await work(this.sessionOf(connection, timeoutMs));
    } catch (error) {
      throw connection.isDestroyed ? mayBeStored(error) : error;
    } finally {
      await connection.giveBack();
    }
  }

  private async inTransaction<T>(work: SqlWork<T>, timeoutMs: number): Promise<T> {
    const begin = this.sessions.begin(timeoutMs, this.known.facts);
    const { connection } = await this.onLivingConnection((taken) => taken.query(begin, [], timeoutMs), true);
    try {
      const result = await work(this.sessionOf(connection, timeoutMs));
      await this.commit(connection, timeoutMs);
      return result;
    } catch (error) {
      // The first failure is the one to tell.
      if (!connection.isDestroyed) await connection.query('ROLLBACK', [], timeoutMs).catch(() => connection.destroy());
      throw error;
    } finally {
      await connection.giveBack();
    }
  }

  private async commit(connection: PooledConnection, timeoutMs: number): Promise<void> {
    try {
      const { command } = await connection.query('COMMIT', [], timeoutMs);
      // How PostgreSQL answers where a statement had failed and nobody told.
      if (command === 'ROLLBACK') throw new EmayImsStoreError('25P02');
    } catch (error) {
      connection.destroy();
      throw isRefusedCommit(error) ? error : mayBeStored(error);
    }
  }

  /** Does what changes nothing yet; on another connection where the one from the pool was closed while it lay there. */
  private async onLivingConnection<T>(
    work: (connection: PooledConnection) => Promise<T>,
    isBeginning = false,
  ): Promise<{ connection: PooledConnection; result: T }> {
    for (let dead = 1; ; dead++) {
      const connection = await this.pool.take();
      try {
        return { connection, result: await work(connection) };
      } catch (error) {
        // A transaction may have begun, and what came with its beginning failed.
        if (isBeginning) connection.destroy();
        await connection.giveBack();
        if (!connection.wasClosed || dead === MAX_DEAD) throw error;
      }
    }
  }

  private sessionOf(connection: PooledConnection, timeoutMs: number): SqlSession {
    const queried = (sql: string, parameters: readonly unknown[] = []) =>
      connection.query(this.statement(sql), [...parameters], timeoutMs);
    return {
      rows: async (sql, parameters) => (await queried(sql, parameters)).records,
      run: async (sql, parameters) => (await queried(sql, parameters)).affected ?? 0,
    };
  }
}

function mayBeStored(error: unknown): unknown {
  return error instanceof EmayImsStoreError ? new EmayImsStoreError(error.driverCode, { mayBeStored: true }) : error;
}
