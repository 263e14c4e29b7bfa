import type { SqliteConnection } from './sqlite-connection.js';
import { SqliteSteps } from './sqlite-steps.js';
import type { SqliteThread } from './sqlite-thread.js';
import type { WorkOptions } from './ims-database.js';
import type { SqlSession, SqlStatement, SqlWork } from './sql-session.js';
import { retrying } from './retrying.js';
import { isConnectionLost, isTransient } from './store-failure.js';

/** Works in one transaction. Beyond that nothing is gained, and each waits for the last. */
const MAX_TOGETHER = 64;

/** Reads need no transaction; a single statement needs one only to share its commit; `statements` know nothing of each other's answers. */
export type WorkKind = 'read' | 'write' | 'statements' | 'transaction';

interface Waiting {
  /** Of a read or a write: calls its statement at once, and no other. Of `statements`: hands them over. */
  readonly work: (session: SqlSession, steps: SqliteSteps) => Promise<unknown>;
  readonly kind: WorkKind;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The one connection that writes to an SQLite file, shared by all callers of this process.
 *
 * - One transaction at a time, so that no statement ever lands inside another caller's.
 * - Writes that wait at the same time share one transaction, each under a savepoint of its own: waiting for the disk is
 *   most of what a small write costs. None is told that it is done before that commit.
 * - Reads that wait, and writes whose statements are known beforehand, travel to the thread in one message, commit included. Only a work that
 *   decides between its statements goes to and fro.
 * - Where the shared transaction fails, each is done by itself: one that fills the disk takes no other along.
 * - Nothing is read, committed or said to be done in a file that was deleted or replaced meanwhile.
 */
export class SharedCommits {
  private waiting: Waiting[] = [];
  private isBusy = false;

  constructor(private readonly connection: SqliteConnection) {}

  /** No statement is cut off: SQLite waits for nobody. */
  perform<T>(work: SqlWork<T>, kind: WorkKind, _options?: WorkOptions): Promise<T> {
    return this.wait(work, kind) as Promise<T>;
  }

  /** Performs statements, all or none. */
  async performAll(statements: readonly SqlStatement[]): Promise<void> {
    await this.wait((_session, steps) => steps.all(statements), 'statements');
  }

  private wait(work: Waiting['work'], kind: WorkKind): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ work, kind, resolve, reject });
      if (!this.isBusy) void this.performWaiting();
    });
  }

  private async performWaiting(): Promise<void> {
    this.isBusy = true;
    while (this.waiting.length > 0) {
      const next = this.waiting.splice(0, MAX_TOGETHER);
      try {
        await this.performTogether(await this.connection.thread(), next);
      } catch (error) {
        for (const { reject } of next) reject(error);
      }
    }
    this.isBusy = false;
  }

  private async performTogether(thread: SqliteThread, all: readonly Waiting[]): Promise<void> {
    // Reads wait for nobody's lock, and nobody's commit.
    const busyReads = this.read(
      thread,
      all.filter(({ kind }) => kind === 'read'),
    );
    const writes = all.filter(({ kind }) => kind !== 'read');
    if (writes.length > 1) await this.write(thread, writes);
    else if (writes[0]) await this.alone(thread, writes[0]);
    for (const read of await busyReads) await this.alone(thread, read);
  }

  /** @returns those for which the database was busy */
  private async read(thread: SqliteThread, reads: readonly Waiting[]): Promise<Waiting[]> {
    if (reads.length === 0) return [];
    const busy: Waiting[] = [];
    const steps = new SqliteSteps(thread);
    steps.take('alone');
    const readOne = (read: Waiting) =>
      read.work(steps.session, steps).then(read.resolve, (error: unknown) => {
        if (isTransient(error)) busy.push(read);
        else read.reject(error);
      });
    await Promise.all(reads.map(readOne));
    return busy;
  }

  private async write(thread: SqliteThread, writes: readonly Waiting[]): Promise<void> {
    try {
      for (const end of await retrying(() => this.inOneTransaction(thread, writes))) end();
    } catch (error) {
      // A lock that was not to be had for so long will not be had by each in turn either; what may be stored is not done again.
      if (isTransient(error) || isConnectionLost(error)) for (const { reject } of writes) reject(error);
      else for (const write of writes) await this.alone(thread, write);
    }
  }

  private async alone(thread: SqliteThread, waiting: Waiting): Promise<void> {
    try {
      if (waiting.kind === 'transaction' || waiting.kind === 'statements')
        for (const end of await retrying(() => this.inOneTransaction(thread, [waiting]))) end();
      else waiting.resolve(await retrying(() => this.byItself(thread, waiting)));
    } catch (error) {
      waiting.reject(error);
    }
  }

  /** A single statement is its own commit. */
  private byItself(thread: SqliteThread, { work, kind }: Waiting): Promise<unknown> {
    const steps = new SqliteSteps(thread, kind === 'write');
    steps.take('alone');
    return work(steps.session, steps);
  }

  /** @returns what to tell each, now that it is committed */
  private async inOneTransaction(thread: SqliteThread, writes: readonly Waiting[]): Promise<(() => void)[]> {
    const steps = new SqliteSteps(thread);
    steps.take('begin');
    try {
      const ends: Promise<() => void>[] = [];
      for (const each of writes) {
        const end = each.kind === 'transaction' ? this.underSavepoint(steps, each) : this.apart(steps, each);
        ends.push(end);
        if (each.kind === 'transaction') await end;
      }
      await steps.end('commit');
      return await Promise.all(ends);
    } catch (error) {
      // The first failure is the one to tell.
      await steps.end('rollback').catch(() => undefined);
      throw error;
    }
  }

  private apart(steps: SqliteSteps, { work, resolve, reject }: Waiting): Promise<() => void> {
    return work(steps.apart, steps).then(
      (value) => () => resolve(value),
      (error: unknown) => () => reject(error),
    );
  }

  private async underSavepoint(steps: SqliteSteps, { work, resolve, reject }: Waiting): Promise<() => void> {
    steps.take('savepoint');
    try {
      const value = await work(steps.session, steps);
      steps.take('release');
      return () => resolve(value);
    } catch (error) {
      if (isTransient(error)) throw error;
      steps.take('undo');
      return () => reject(error);
    }
  }
}
