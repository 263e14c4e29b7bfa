import type { QueryRunner } from 'typeorm';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import { PooledConnection } from './pooled-connection.js';
import type { DriverConnection } from './query-by-callback.js';
import type { ServerFacts, ServerSessions } from './sessions/server-sessions.js';
import type { SqlSession, SqlWork } from './sql-session.js';
import { isTransient } from './store-failure.js';

/**
 * Work inside transactions of the host, each time under a savepoint.
 *
 * - The session is the host's: what of it would alter our texts is put aside meanwhile, or refused.
 * - Calls that a host makes in one transaction at the same time take turns: savepoints of one connection are a stack.
 * - Where the database ends the host's whole transaction (a deadlock on MySQL), that is told: what the host goes on to write
 *   would be committed statement by statement.
 */
export class JoinedTransactions {
  private readonly last = new WeakMap<QueryRunner, Promise<unknown>>();

  constructor(
    private readonly sessions: ServerSessions,
    private readonly facts: ServerFacts,
    private readonly sessionOf: (connection: PooledConnection) => SqlSession,
  ) {}

  join<T>(runner: QueryRunner, work: SqlWork<T>): Promise<T> {
    const turn = (this.last.get(runner) ?? Promise.resolve()).then(() => this.underSavepoint(runner, work));
    this.last.set(
      runner,
      turn.catch(() => undefined),
    );
    return turn;
  }

  private async underSavepoint<T>(runner: QueryRunner, work: SqlWork<T>): Promise<T> {
    const connection = new PooledConnection(runner, (await runner.connect()) as DriverConnection);
    const session = this.sessionOf(connection);
    const leave = await this.sessions.enter(session);
    try {
      await session.run(this.sessions.savepoint(this.facts));
      const result = await work(session);
      await session.run('RELEASE SAVEPOINT emay_ims');
      return result;
    } catch (error) {
      const isThere = !connection.isDestroyed && (await rolledBack(session));
      if (!(error instanceof EmayImsStoreError) || (isThere && !isTransient(error))) throw error;
      // In the same snapshot the same would only happen again.
      throw new EmayImsStoreError(error.driverCode, { transactionIsOver: true });
    } finally {
      if (!connection.isDestroyed) await leave();
    }
  }
}

/** Whether the host's transaction is still there to be rolled back to where we joined it. */
async function rolledBack(session: SqlSession): Promise<boolean> {
  try {
    await session.run('ROLLBACK TO SAVEPOINT emay_ims');
    return true;
  } catch {
    return false;
  }
}
