import { setImmediate as immediately } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { EmayImsOptionsError, EmayImsStoreError } from '../errors/emay-ims-errors.js';
import { JoinedTurns } from './joined-turns.js';
import { PooledConnection } from './pooled-connection.js';
import type { DriverConnection } from './query-by-callback.js';
import type { ServerSessions } from './sessions/server-sessions.js';
import type { SqlSession, SqlWork } from './sql-session.js';
import { isTransient } from './store-failure.js';

/**
 * Work inside joined transactions of your app, each time under a savepoint.
 *
 * - The session belongs to your app: settings that would alter our texts are changed meanwhile, or refused.
 * - Your app's statements wait meanwhile: see `JoinedTurns`.
 * - If the database ends the whole transaction (a deadlock on MySQL), the error says so: your app's later writes would commit one by one.
 *   Ours do not: we check for the transaction before we write.
 */
export class JoinedTransactions {
  constructor(
    private readonly sessions: ServerSessions,
    private readonly sessionOf: (connection: PooledConnection) => SqlSession,
  ) {}

  join<T>(runner: QueryRunner, work: SqlWork<T>): Promise<T> {
    return JoinedTurns.at(runner).take(async () => {
      // Earlier statements of your app reach the driver first.
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
      // No retry: in the same snapshot it would fail again.
      if (!(await rolledBack(session)) || isTransient(error)) throw over(error);
      throw (await this.isReadOnly(error, session)) ? new EmayImsOptionsError(READ_ONLY) : error;
    }
  }

  private async isReadOnly(error: unknown, session: SqlSession): Promise<boolean> {
    return error instanceof EmayImsStoreError && orOver(this.sessions.isReadOnly(error.driverCode, session));
  }
}

const READ_ONLY =
  'The call cannot join your transaction, which is read only: begin it READ WRITE, or make the call outside of it (manager: null).';

/** If the database fails without a savepoint to roll back to, the joined transaction is over. */
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

/** Rejects statements once TypeORM knows that the transaction is over. */
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

/** Whether the joined transaction can still be rolled back to our savepoint. Leaves no savepoint behind. */
async function rolledBack(session: SqlSession): Promise<boolean> {
  try {
    await session.run('ROLLBACK TO SAVEPOINT emay_ims');
    await session.run('RELEASE SAVEPOINT emay_ims');
    return true;
  } catch {
    return false;
  }
}
