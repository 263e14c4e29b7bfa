import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import { SQLITE_THREAD_PROGRAM } from './sqlite-thread-program.js';
import type { OpenedFile } from './sqlite-files.js';
import { storeErrorOf } from './store-failure.js';

/**
 * What the thread is to do next:
 *
 * - `alone`: statements that are each a commit of their own; `begin`, `commit`, `rollback`: a transaction.
 * - `savepoint`, `release`, `undo`: a work in it. `apart`: one statement that is a work in it; `all`: several, in the place of parameters.
 */
export type StepKind =
  'alone' | 'begin' | 'savepoint' | 'statement' | 'apart' | 'all' | 'release' | 'undo' | 'commit' | 'rollback';
export type Step = readonly [kind: StepKind, sql?: string, parameters?: readonly unknown[]];

/** Rows, or the number of rows that were changed; nothing of a step without a statement. */
export type StepResult = readonly Record<string, unknown>[] | number | undefined;
export type StepEnd = { result: StepResult } | { failure: { code?: unknown; name?: unknown } };

/** What the thread opens. */
export interface ThreadPlace {
  /** Absolute. */
  path: string;
  /** Path of the driver's module. */
  driver: string;
  pragmas: readonly string[];
  /** What has to be in place still. */
  files: readonly OpenedFile[];
}

interface Unanswered {
  readonly resolve: (ends: StepEnd[]) => void;
  readonly reject: (error: unknown) => void;
  readonly mayStore: boolean;
}

/**
 * A thread with a connection to an SQLite file, which performs steps in the order they were sent.
 *
 * - It keeps the process alive for as long as somebody waits for an answer, and no longer.
 * - It runs nothing of the host's: what a host has loaded before its main file (`--require`, `--import`) is for one run in a process, such
 *   as a tracer that listens on a port.
 * - Where it ends by itself, who waits is told `CONNECTION_LOST`. SQLite takes back what it had not committed.
 */
export class SqliteThread {
  private readonly unanswered: Unanswered[] = [];
  private isOver = false;

  private constructor(private readonly worker: Worker) {
    worker.on('message', (ends: StepEnd[]) => this.answered(ends));
    worker.once('exit', () => this.ended());
  }

  /** @throws code, name and message of what the driver threw */
  static async open(place: ThreadPlace): Promise<SqliteThread> {
    const { NODE_OPTIONS: _, ...env } = process.env;
    const workerData = { ...place, pnp: pnpOf(place.driver) };
    const worker = new Worker(SQLITE_THREAD_PROGRAM, {
      eval: true,
      name: 'emay-ims-sqlite',
      workerData,
      env,
      execArgv: [],
    });
    const exit = exitOf(worker);
    const { failure } = await new Promise<{ failure: unknown }>((resolve) => {
      worker.once('message', resolve);
      worker.on('error', (error) => resolve({ failure: error })); // Later, its exit is what counts.
      worker.once('exit', () => resolve({ failure: { code: 'CONNECTION_LOST' } }));
    });
    if (failure !== null) {
      await exit;
      throw failure;
    }
    worker.unref();
    return new SqliteThread(worker);
  }

  /** Whether it has ended: whatever is sent then is refused. */
  get hasEnded(): boolean {
    return this.isOver;
  }

  /**
   * Performs steps, with no step of another message between them.
   *
   * @param mayStore whether something of them may be stored although no answer came
   * @returns what became of each
   * @throws EmayImsStoreError where the thread has ended
   */
  send(steps: readonly Step[], mayStore: boolean): Promise<StepEnd[]> {
    return new Promise((resolve, reject) => {
      if (this.isOver) throw new EmayImsStoreError('CONNECTION_LOST');
      this.post(steps);
      if (this.unanswered.length === 0) this.worker.ref();
      this.unanswered.push({ resolve, reject, mayStore });
    });
  }

  /** Ends it, and closes the file, after all that was sent. */
  async close(): Promise<void> {
    if (this.isOver) return;
    this.worker.ref();
    const exit = exitOf(this.worker);
    this.post(null);
    await exit;
  }

  private post(message: readonly Step[] | null): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
    this.worker.postMessage(message);
  }

  private answered(ends: StepEnd[]): void {
    const next = this.unanswered.shift();
    if (this.unanswered.length === 0) this.worker.unref();
    next?.resolve(ends);
  }

  private ended(): void {
    this.isOver = true;
    for (const { reject, mayStore } of this.unanswered.splice(0)) {
      reject(new EmayImsStoreError('CONNECTION_LOST', { mayBeStored: mayStore }));
    }
  }
}

/** The file by which Yarn's Plug'n'Play finds packages, where there is one: it is loaded before the main file, too. */
function pnpOf(driver: string): string | null {
  return process.versions.pnp === undefined ? null : createRequire(driver).resolve('pnpapi');
}

function exitOf(worker: Worker): Promise<void> {
  return new Promise((resolve) => worker.once('exit', () => resolve()));
}

/** @throws EmayImsStoreError where the step failed */
export function resultOf(end: StepEnd): StepResult {
  if ('failure' in end) throw storeErrorOf(end.failure);
  return end.result;
}
