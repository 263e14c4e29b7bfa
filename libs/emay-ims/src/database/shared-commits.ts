import { setImmediate as immediately } from 'node:timers/promises';
import type { WorkOptions } from './ims-database.js';
import type { SqlSession, SqlWork } from './sql-session.js';
import { retrying } from './retrying.js';
import { isTransient } from './store-failure.js';

/** Works in one transaction. Beyond that nothing is gained, and each waits for the last. */
const MAX_TOGETHER = 64;

/** Reads need no transaction; a single statement needs one only to share its commit. */
export type WorkKind = 'read' | 'write' | 'transaction';

interface Waiting {
  readonly work: SqlWork<unknown>;
  readonly kind: WorkKind;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The one connection of an SQLite file, shared by all callers of this process.
 *
 * - One work at a time, so that no statement ever lands inside another caller's transaction.
 * - Writes that wait at the same time share one transaction, each under a savepoint of its own: waiting for the disk is
 *   most of what a small write costs. None is told that it is done before that commit.
 * - Where the shared transaction fails, each is done by itself: one that fills the disk takes no other along.
 * - Nothing is read, committed or said to be done in a file that was deleted or replaced meanwhile.
 */
export class SharedCommits {
  private waiting: Waiting[] = [];
  private isBusy = false;

  constructor(
    private readonly session: SqlSession,
    private readonly assertInPlace: () => void = () => undefined,
  ) {}

  /** SQLite's statements run in this thread: none is cut off. */
  perform<T>(work: SqlWork<T>, kind: WorkKind, _options?: WorkOptions): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.waiting.push({ work, kind, resolve: resolve as (value: unknown) => void, reject });
      if (!this.isBusy) void this.performWaiting();
    });
  }

  private async performWaiting(): Promise<void> {
    this.isBusy = true;
    while (this.waiting.length > 0) {
      const next = this.waiting.splice(0, MAX_TOGETHER);
      // Reads wait for nobody's lock, and nobody's commit.
      for (const read of next.filter(({ kind }) => kind === 'read')) await this.alone(read);
      const writes = next.filter(({ kind }) => kind !== 'read');
      if (writes.length > 1) await this.together(writes);
      else if (writes[0]) await this.alone(writes[0]);
      // SQLite blocks this thread: let answers of the gateway in meanwhile, so that what they bring shares a commit.
      await immediately();
    }
    this.isBusy = false;
  }

  private async together(writes: readonly Waiting[]): Promise<void> {
    try {
      for (const end of await retrying(() => this.inOneTransaction(writes))) end();
    } catch (error) {
      // A lock that was not to be had for so long will not be had by each in turn either.
      if (isTransient(error)) for (const { reject } of writes) reject(error);
      else for (const write of writes) await this.alone(write);
    }
  }

  private async alone(waiting: Waiting): Promise<void> {
    try {
      if (waiting.kind === 'transaction')
        for (const end of await retrying(() => this.inOneTransaction([waiting]))) end();
      else waiting.resolve(await retrying(() => this.inPlace(waiting.work)));
    } catch (error) {
      waiting.reject(error);
    }
  }

  /** A single statement is its own commit. */
  private inPlace<T>(work: SqlWork<T>): Promise<T> {
    this.assertInPlace();
    return work(this.session);
  }

  /** @returns what to tell each, now that it is committed */
  private async inOneTransaction(writes: readonly Waiting[]): Promise<(() => void)[]> {
    // IMMEDIATE: a transaction that begins with a read cannot wait for the write lock later, only fail.
    await this.session.run('BEGIN IMMEDIATE');
    try {
      const ends: (() => void)[] = [];
      for (const each of writes) ends.push(await this.underSavepoint(each));
      this.assertInPlace();
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
