import { setImmediate as immediately } from 'node:timers/promises';
import type { SqlSession, SqlWork } from './ims-database.js';
import { retrying } from './retrying.js';
import { isTransient } from './store-failure.js';

/** Works in one transaction. Beyond that nothing is gained, and each waits for the last. */
const MAX_TOGETHER = 64;

interface Waiting {
  readonly work: SqlWork<unknown>;
  readonly isTransaction: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The one connection of an SQLite file, shared by all callers of this process.
 *
 * - One work at a time, so that no statement ever lands inside another caller's transaction.
 * - Works that wait at the same time share one transaction, each under a savepoint of its own: waiting for the disk is
 *   most of what a small write costs. None is told that it is done before that commit.
 */
export class SharedCommits {
  private waiting: Waiting[] = [];
  private isBusy = false;

  constructor(private readonly session: SqlSession) {}

  perform<T>(work: SqlWork<T>, isTransaction: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.waiting.push({ work, isTransaction, resolve: resolve as (value: unknown) => void, reject });
      if (!this.isBusy) void this.performWaiting();
    });
  }

  private async performWaiting(): Promise<void> {
    this.isBusy = true;
    while (this.waiting.length > 0) {
      const together = this.waiting.splice(0, MAX_TOGETHER);
      try {
        const [first] = together;
        if (first && together.length === 1 && !first.isTransaction) {
          first.resolve(await retrying(() => first.work(this.session)));
        } else {
          const ends = await retrying(() => this.inOneTransaction(together));
          for (const end of ends) end();
        }
      } catch (error) {
        for (const { reject } of together) reject(error);
      }
      // SQLite blocks this thread: let answers of the gateway in meanwhile, so that what they bring shares a commit.
      await immediately();
    }
    this.isBusy = false;
  }

  /** @returns what to tell each, now that it is committed */
  private async inOneTransaction(together: readonly Waiting[]): Promise<(() => void)[]> {
    // IMMEDIATE: a transaction that begins with a read cannot wait for the write lock later, only fail.
    await this.session.run('BEGIN IMMEDIATE');
    try {
      const ends: (() => void)[] = [];
      for (const each of together) ends.push(await this.underSavepoint(each));
      await this.session.run('COMMIT');
      return ends;
    } catch (error) {
      // The first failure is the one to tell.
      await this.session.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  private async underSavepoint({ work, resolve, reject }: Waiting): Promise<() => void> {
    await this.session.run('SAVEPOINT work');
    try {
      const value = await work(this.session);
      await this.session.run('RELEASE work');
      return () => resolve(value);
    } catch (error) {
      if (isTransient(error)) throw error;
      // On a full disk SQLite has taken the whole transaction back already.
      await this.session.run('ROLLBACK TO work').catch(() => {
        throw error;
      });
      await this.session.run('RELEASE work');
      return () => reject(error);
    }
  }
}
