import { createHash } from 'node:crypto';
import type { ImsDatabase, SqlSession } from '../database/ims-database.js';
import type { TableNames } from '../database/table-names.js';
import { GuardedLogger } from '../diagnostics/index.js';
import type { DatabaseWakes } from './database-wakes.js';
import { openListenConnection } from './listen-connection.js';
import { WakeListener } from './wake-listener.js';
import { WakeNotifier } from './wake-notifier.js';

/** One for each account: PostgreSQL drops repetitions within a transaction by itself. */
const NOTIFY = 'SELECT pg_notify(?, account) FROM unnest(CAST(? AS text[])) AS told(account)';

/**
 * PostgreSQL's LISTEN and NOTIFY. All instances on the same tables use the same channel; a notification is the name of an account and
 * nothing else.
 */
export class PostgresWakes implements DatabaseWakes {
  private readonly channel: string;
  private readonly notifier: WakeNotifier;
  private readonly listener: WakeListener;

  /**
   * @param account the one that writes to the log, for all that share the database
   * @param listenAddress of the server, where the DataSource leads to a pooler: `host:port`, or `host:port/database`
   */
  constructor(database: ImsDatabase, account: string, listenAddress: string | undefined) {
    const logger = GuardedLogger.of(account);
    this.channel = wakeChannel(database.names);
    const send = async (payloads: readonly string[]) => {
      await this.notifyIn(database, payloads);
    };
    this.notifier = new WakeNotifier(send, logger, account);
    this.listener = new WakeListener({
      open: (on) => openListenConnection(database.host, listenAddress, this.channel, on),
      send: (payload) => send([payload]),
      logger,
      account,
    });
  }

  get isListening(): boolean {
    return this.listener.isListening;
  }

  notify(account: string): void {
    this.notifier.notify(account);
  }

  notifyWithin(session: SqlSession, account: string): Promise<void> {
    return this.notifyIn(session, [account]);
  }

  listen(account: string, wake: () => void): () => void {
    return this.listener.add(account, wake);
  }

  async close(): Promise<void> {
    await Promise.all([this.notifier.close(), this.listener.close()]);
  }

  private async notifyIn(session: Pick<SqlSession, 'rows'>, payloads: readonly string[]): Promise<void> {
    await session.rows(NOTIFY, [this.channel, payloads]);
  }
}

/** Of those who share the tables; channels belong to one database. A name of PostgreSQL's has 63 bytes at most, ours may have more. */
export function wakeChannel(names: TableNames): string {
  const place = createHash('sha256').update(names.path('emay_ims_message')).digest('hex');
  return `emay_ims_${place.slice(0, 16)}`;
}
