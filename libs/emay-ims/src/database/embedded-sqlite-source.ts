import { setImmediate as immediately } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DataSource, type QueryRunner } from 'typeorm';
import { SqliteConnection } from './sqlite-connection.js';
import { OpenedFiles } from './sqlite-files.js';
import type { ThreadPlace } from './sqlite-thread.js';

/** What TypeORM keeps of a connection's statements. */
interface CachingRunner {
  stmtCache?: Map<string, unknown>;
}

/**
 * An SQLite file of our own: a connection here, which migrates and from then on only reads, and one in a thread, which all statements
 * of ours go to.
 */
export class EmbeddedSqliteSource extends DataSource {
  private files: OpenedFiles | null = null;
  private writer: SqliteConnection | null = null;

  /** The connection in the thread. */
  get connection(): SqliteConnection {
    if (!this.writer) throw new Error('The file has not been handed over to its thread.');
    return this.writer;
  }

  /**
   * Once the file is migrated: opens it in a thread, and lets nobody write by this connection any more. A transaction of a host's on the
   * one that writes would swallow our rows, and its rollback would lose them.
   *
   * @param place of the file: absolute
   * @throws code, name and message of what the driver threw
   */
  async handOver(place: Omit<ThreadPlace, 'files'>): Promise<void> {
    const opened = new OpenedFiles(place.path);
    await this.query('PRAGMA query_only = ON');
    this.writer = await SqliteConnection.open({ ...place, files: opened.files });
    this.files = opened;
  }

  /** What TypeORM does for a host begins here. @throws EmayImsStoreError where the file was deleted or replaced */
  override createQueryRunner(mode?: Parameters<DataSource['createQueryRunner']>[0]): QueryRunner {
    this.files?.assertInPlace();
    return super.createQueryRunner(mode);
  }

  override async destroy(): Promise<void> {
    try {
      await this.closeReader();
    } finally {
      await this.writer?.close();
    }
  }

  /** Closes the connection here; its files once it is collected as garbage. */
  async closeReader(): Promise<void> {
    this.files = null; // Closing goes on, whatever has become of them.
    const runner = this.createQueryRunner() as CachingRunner;
    await super.destroy();
    runner.stmtCache?.clear();
  }
}

/**
 * Collects garbage, to close the files of connections that were closed in this thread. `libsql` keeps a file and its locks until all statements of the connection
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
