import { setImmediate as immediately } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import { JoinedTurns } from './joined-turns.js';
import { PooledConnection } from './pooled-connection.js';
import type { DriverConnection } from './query-by-callback.js';
import type { ServerSessions } from './sessions/server-sessions.js';
import type { SqlSession, SqlWork } from './sql-session.js';
import { isTransient } from './store-failure.js';

/**
 * Work inside transactions of the host, each time under a savepoint.
 *
 * - The session is the host's: what of it would alter our texts is put aside meanwhile, or refused.
 * - Nobody else writes meanwhile: see `JoinedTurns`.
 * - Where the database ends the host's whole transaction (a deadlock on MySQL), that is told: what the host goes on to write
 *   would be committed statement by statement. Nothing of ours is: we look for the transaction before we write.
 */
export class JoinedTransactions {
  constructor(
    private readonly sessions: ServerSessions,
    private readonly sessionOf: (connection: PooledConnection) => SqlSession,
  ) {}

  join<T>(runner: QueryRunner, work: SqlWork<T>): Promise<T> {
    return JoinedTurns.at(runner).take(async () => {
      // What the host has begun before us reaches the driver.
      await immediately();
      return this.underSavepoint(runner, work);
    });
  }

  private async underSavepoint<T>(runner: QueryRunner, work: SqlWork<T>): Promise<T> {
    const connection = new PooledConnection(runner, (await runner.connect()) as DriverConnection);
    const session = this.sessionOf(connection);
    const leave = await orOver(this.sessions.enter(session));
    try {
      return await this.atSavepoint(whileActive(runner, session), work);
    } finally {
      if (!connection.isDestroyed) await orOver(leave());
    }
  }

  private async atSavepoint<T>(session: SqlSession, work: SqlWork<T>): Promise<T> {
    for (const sql of this.sessions.savepoint()) await orOver(session.run(sql));
    try {
      const result = await work(session);
      await session.run('RELEASE SAVEPOINT emay_ims');
      return result;
    } catch (error) {
      // In the same snapshot the same would only happen again.
      throw (await rolledBack(session)) && !isTransient(error) ? error : over(error);
    }
  }
}

/** A failure of the database before our savepoint is there, or with no way back to it, leaves the host no transaction to go on with. */
async function orOver<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    throw over(error);
  }
}

function over(error: unknown): unknown {
  return error instanceof EmayImsStoreError
    ? new EmayImsStoreError(error.driverCode, { transactionIsOver: true })
    : error;
}

/** Lets statements through while the transaction is not over, as far as TypeORM knows. */
function whileActive(runner: QueryRunner, session: SqlSession): SqlSession {
  const assertActive = () => {
    if (runner.isReleased || !runner.isTransactionActive) {
      throw new EmayImsStoreError('TRANSACTION_ENDED');
    }
  };
  return {
    async rows(sql, parameters) {
      assertActive();
      return session.rows(sql, parameters);
    },
    async run(sql, parameters) {
      assertActive();
      return session.run(sql, parameters);
    },
  };
}

/** Whether the host's transaction is still there to be rolled back to where we joined it. Nothing of that name stays behind. */
async function rolledBack(session: SqlSession): Promise<boolean> {
  try {
    await session.run('ROLLBACK TO SAVEPOINT emay_ims');
    await session.run('RELEASE SAVEPOINT emay_ims');
    return true;
  } catch {
    return false;
  }
}
