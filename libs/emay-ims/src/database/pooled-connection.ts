import type { DataSource, QueryRunner } from 'typeorm';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import { requestCancel } from './cancel-request.js';
import { queryByCallback, type DriverConnection, type Queried } from './query-by-callback.js';
import { stateAfter, withoutData } from './store-failure.js';
import { withinDeadline } from './within-deadline.js';

/** How long the database may take. */
export interface ConnectionLimits {
  /** One statement, in ms. */
  statementTimeoutMs: number;
  /** Until a connection of the pool is free, in ms. */
  poolTimeoutMs: number;
}

export const DEFAULT_LIMITS: Readonly<ConnectionLimits> = { statementTimeoutMs: 15_000, poolTimeoutMs: 15_000 };

/**
 * One connection of the pool for one piece of work. It goes back only in a known state, and if its server serves. If the server did not answer a
 * statement in time, the statement may still run and a transaction may be open: the connection is destroyed.
 */
export class PooledConnection {
  /** No further statements. */
  isDestroyed = false;
  /** It is destroyed, as it was closed at the other end. */
  wasClosed = false;
  private isAsked = false;
  private isUnfit = false;

  constructor(
    private readonly runner: QueryRunner,
    private readonly driver: DriverConnection,
    /** Called if the server was silent for too long, or does not serve: other connections may be no better. */
    private readonly onDoubt: () => void = () => undefined,
    /** Called with each answer. */
    private readonly onAnswer: () => void = () => undefined,
  ) {}

  async query(sql: string, parameters: unknown[], timeoutMs: number): Promise<Queried> {
    if (this.isDestroyed) throw new EmayImsStoreError('CONNECTION_DESTROYED');
    this.isAsked = true;
    try {
      const answer = queryByCallback(this.runner, this.driver, sql, parameters);
      const queried = await withinDeadline(answer, timeoutMs, () => {
        this.destroy();
        this.onDoubt();
        return new EmayImsStoreError('STATEMENT_TIMEOUT');
      });
      this.onAnswer();
      return queried;
    } catch (error) {
      if (error instanceof EmayImsStoreError) throw error;
      this.judge(error);
      return withoutData(() => Promise.reject(error));
    } finally {
      this.isAsked = false;
    }
  }

  private judge(error: unknown): void {
    const state = stateAfter(error);
    if (state === 'sound') return this.onAnswer();
    if (state === 'unfit') this.isUnfit = true;
    else this.destroy();
    this.wasClosed ||= state === 'closed';
    if (state === 'unfit' || state === 'silent') this.onDoubt();
  }

  /** After its work and transaction have ended. */
  async giveBack(): Promise<void> {
    if (this.isUnfit) this.destroy();
    if (!this.isDestroyed) await this.runner.release();
  }

  /** Closes it at once, without a closing handshake; the pool makes a new one when needed. */
  destroy(): void {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    const { driver, runner } = this;
    if ('releasePostgresConnection' in runner) {
      // `pg` takes a client out of its pool that is released with an error. TypeORM has no public way to say so.
      const release = runner.releasePostgresConnection as (error: Error) => Promise<void>;
      if (this.isAsked && driver.connection?.stream?.readyState === 'open') requestCancel(driver);
      void release.call(runner, new Error('destroyed'));
      driver.connection?.stream?.destroy();
    } else {
      driver.destroy?.();
      driver.stream?.destroy();
      void runner.release();
    }
  }
}

/** Lends the connections of a pool, each to one piece of work at a time. */
export class ConnectionPool {
  /** When each connection of the pool last had an answer. */
  private readonly provenAt = new WeakMap<object, number>();
  private doubtedAt = -Infinity;

  constructor(
    private readonly dataSource: DataSource,
    private readonly limits: ConnectionLimits,
    /** Statements that prepare the session of a new connection. */
    private readonly preparation: readonly string[],
  ) {}

  /**
   * A connection with a prepared session. After a statement without an answer, or one of a server that does not serve, connections that have had no
   * answer since are destroyed: what broke one (a firewall that dropped its state, a fail-over) may have broken all.
   *
   * @throws EmayImsStoreError with `POOL_TIMEOUT` where none became free in time
   */
  async take(): Promise<PooledConnection> {
    const giveUpAt = performance.now() + this.limits.poolTimeoutMs;
    for (;;) {
      const runner = this.dataSource.createQueryRunner('master');
      const driver = await this.connect(runner, giveUpAt - performance.now());
      const prove = () => void this.provenAt.set(driver, performance.now());
      const connection = new PooledConnection(runner, driver, () => (this.doubtedAt = performance.now()), prove);
      const provenAt = this.provenAt.get(driver);
      if (provenAt !== undefined && provenAt <= this.doubtedAt) {
        connection.destroy();
        continue;
      }
      if (provenAt === undefined) await this.prepare(connection);
      return connection;
    }
  }

  private async connect(runner: QueryRunner, timeoutMs: number): Promise<DriverConnection> {
    const connecting = runner.connect() as Promise<DriverConnection>;
    try {
      return await withinDeadline(connecting, timeoutMs, () => {
        // It may still come, when nothing waits for it.
        void connecting.then(() => runner.release()).catch(() => undefined);
        return new EmayImsStoreError('POOL_TIMEOUT');
      });
    } catch (error) {
      return withoutData(() => Promise.reject(error));
    }
  }

  private async prepare(connection: PooledConnection): Promise<void> {
    try {
      for (const sql of this.preparation) await connection.query(sql, [], this.limits.statementTimeoutMs);
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }
}
