import { GuardedLogger } from '../diagnostics/index.js';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import { SqliteThread, type ThreadPlace } from './sqlite-thread.js';
import { storeErrorOf } from './store-failure.js';

/** The connection that writes to an SQLite file, in a thread of its own: a new one where a thread has ended by itself. */
export class SqliteConnection {
  private isClosed = false;

  private constructor(
    private readonly place: ThreadPlace,
    private current: SqliteThread,
  ) {}

  /** @throws code, name and message of what the driver threw */
  static async open(place: ThreadPlace): Promise<SqliteConnection> {
    return new SqliteConnection(place, await SqliteThread.open(place));
  }

  /** @throws EmayImsStoreError where it is closed, or no other can be opened */
  async thread(): Promise<SqliteThread> {
    if (this.isClosed) throw new EmayImsStoreError('CONNECTION_DESTROYED');
    if (this.current.hasEnded) {
      new GuardedLogger('EmayImsModule').warn(`The thread of ${this.place.path} ended by itself; another is opened.`);
      const opened = await SqliteThread.open(this.place).catch((error: unknown) => {
        throw storeErrorOf(error);
      });
      // Who closed it meanwhile waits for no thread that did not exist yet.
      if (this.isClosed) await opened.close();
      this.current = opened;
    }
    return this.current;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.current.close();
  }
}
