import type { DataSource, EntityManager } from 'typeorm';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import { dataSourceOf } from './data-source-of.js';
import type { ImsDatabase } from './ims-database.js';

/** Finds the manager of the transaction that is open around a call: the option `database.currentManager`. */
export type CurrentManager = (dataSource: DataSource) => EntityManager | null | undefined;

/**
 * Which transaction of your app a call joins.
 *
 * - A manager that the caller gives is joined or refused; `null` asks for a transaction of our own, whatever is open.
 * - Without one, `currentManager` is asked. What it finds is joined while its transaction is open; a manager without one means that
 *   there is none.
 */
export class HostTransactions {
  constructor(
    private readonly database: ImsDatabase,
    private readonly currentManager: CurrentManager | undefined,
  ) {}

  /**
   * @returns `null`: a transaction of our own
   * @throws EmayImsOptionsError for a manager that cannot be joined
   */
  toJoin(given: EntityManager | null | undefined): EntityManager | null {
    if (given) return this.joinable(given);
    if (given === null || !this.currentManager) return null;
    const found = this.currentManager(this.database.host);
    if (found === null || found === undefined) return null;
    if (!isManager(found)) {
      throw new EmayImsOptionsError(
        'database.currentManager must return an EntityManager of TypeORM, or nothing where no transaction is open. It is not ' +
          'awaited, so it must not be async.',
      );
    }
    // Also without a transaction: a permanent mistake, better found by the first call than by the first rollback.
    if (dataSourceOf(found) !== this.database.host) {
      throw new EmayImsOptionsError(
        'database.currentManager returned a manager of another DataSource than the one the messages are kept in ' +
          '(database.dataSource). Return the one of this DataSource, which is passed to it.',
      );
    }
    return hasOpenTransaction(found) ? found : null;
  }

  private joinable(manager: EntityManager): EntityManager {
    if (this.database.dialect.name === 'sqlite') {
      throw new EmayImsOptionsError(
        'The option manager cannot join your transaction: the messages are in an SQLite file of their own. Keep them ' +
          'in your PostgreSQL or MySQL database (database: { dataSource: … }), or make the call after your commit.',
      );
    }
    if (dataSourceOf(manager) !== this.database.host) {
      throw new EmayImsOptionsError(
        'The option manager cannot join your transaction: the manager belongs to another DataSource than the one the ' +
          'messages are kept in (option database).',
      );
    }
    if (!hasOpenTransaction(manager)) {
      throw new EmayImsOptionsError(
        'The option manager needs a manager with an open transaction, the one that dataSource.transaction(async ' +
          '(manager) => …) passes. Without a transaction, leave the manager out.',
      );
    }
    return manager;
  }
}

function hasOpenTransaction({ queryRunner }: EntityManager): boolean {
  return queryRunner?.isTransactionActive === true;
}

/** By what it can do: a proxy, as `nestjs-cls` injects one, is no instance of the class. A query runner or a promise cannot. */
function isManager(value: unknown): value is EntityManager {
  const { getRepository, transaction } = value as Partial<EntityManager>;
  return typeof getRepository === 'function' && typeof transaction === 'function';
}
