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

  /** From now on, checks that the files are not replaced. @param path absolute */
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
 * Collects garbage, to close the files of closed connections. `libsql` keeps a file and its locks until all statements of the connection
 * are garbage-collected, and has no call to release them. Costs some 10 ms in a small process, half a second with millions of objects.
 */
export async function releaseFiles(): Promise<void> {
  collectGarbage();
  await immediately(); // What is collected is given up in the next turn.
}

function collectGarbage(): void {
  try {
    (globalThis.gc ?? exposedCollector())();
  } catch {
    // This engine does not expose its collector; it collects later.
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
