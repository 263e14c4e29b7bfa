import { setImmediate as immediately } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DataSource, type QueryRunner } from 'typeorm';
import { OpenedFiles } from './sqlite-files.js';

/** What TypeORM keeps of a connection's statements. */
interface CachingRunner {
  stmtCache?: Map<string, unknown>;
}

/** A connection to an SQLite file of our own. */
export class EmbeddedSqliteSource extends DataSource {
  private files: OpenedFiles | null = null;

  /** From now on the files must be those that they are now. @param path absolute */
  watch(path: string): void {
    this.files = new OpenedFiles(path);
  }

  /** @throws EmayImsStoreError where the file was deleted or replaced */
  assertInPlace(): void {
    this.files?.assertInPlace();
  }

  /** What TypeORM does for a host begins here. */
  override createQueryRunner(mode?: Parameters<DataSource['createQueryRunner']>[0]): QueryRunner {
    this.assertInPlace();
    return super.createQueryRunner(mode);
  }

  override async destroy(): Promise<void> {
    this.files = null; // Closing goes on, whatever has become of them.
    const runner = this.createQueryRunner() as CachingRunner;
    await super.destroy();
    runner.stmtCache?.clear();
  }
}

/**
 * Has the files of closed connections closed. `libsql` keeps a connection, its file and its locks for as long as one of its
 * statements has not been garbage-collected, and has no call that would give one up; what is closed must be closed when that
 * is said. Costs some 10 ms in a small process, half a second in one with millions of objects.
 */
export async function releaseFiles(): Promise<void> {
  collectGarbage();
  await immediately(); // What is collected is given up in the next turn.
}

function collectGarbage(): void {
  try {
    (globalThis.gc ?? exposedCollector())();
  } catch {
    // An engine that lets nobody ask: it will collect when it wants to.
  }
}

/** The flag decides what a context is made with, so nobody else gets to see the function. */
function exposedCollector(): () => void {
  setFlagsFromString('--expose-gc');
  try {
    return runInNewContext('gc') as () => void;
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}
