import type { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource, DataSourceOptions } from 'typeorm';
import type { DriverConnection } from './query-by-callback.js';

/** How long a connection may take to close as it should. */
const GOODBYE_MS = 2_000;

/** Options of `mysql2` with which rows or parameters would come in another shape than our statements expect. */
const PLAIN_MYSQL = {
  charset: 'utf8mb4',
  flags: [],
  namedPlaceholders: false,
  rowsAsArray: false,
  nestTables: false,
  typeCast: true,
};

/**
 * Connections of our own to the host's database, made from its DataSource's options. On the host's pool we would meet sessions that it
 * has altered or left inside a transaction, and it would wait for connections that wait for it.
 *
 * - Accounts that keep their messages in the same DataSource share a pool.
 */
export class OwnPools {
  private readonly pools = new Map<DataSource, { opening: Promise<DataSource>; users: number }>();

  /** A DataSource over the same database, without entities, migrations or subscribers. Every `open` wants a `close`. */
  async open(host: DataSource, poolSize: number): Promise<DataSource> {
    let pool = this.pools.get(host);
    if (!pool) {
      pool = { opening: openOwnPool(host, poolSize), users: 0 };
      this.pools.set(host, pool);
    }
    pool.users++;
    try {
      return await pool.opening;
    } catch (error) {
      void this.leave(host);
      throw error;
    }
  }

  /** Closes the pool with the last account that leaves it. */
  async close(host: DataSource): Promise<void> {
    const opening = this.leave(host);
    if (opening) await closePool(await opening);
  }

  private leave(host: DataSource): Promise<DataSource> | null {
    const pool = this.pools.get(host);
    if (!pool || --pool.users > 0) return null;
    this.pools.delete(host);
    return pool.opening;
  }
}

/** A connection that has gone silent never says goodbye: after a while all that are left are cut off. */
async function closePool(source: DataSource): Promise<void> {
  const closing = source.destroy();
  const isLate = Symbol('late');
  const late = pause(GOODBYE_MS, isLate, { ref: false });
  if ((await Promise.race([closing, late])) !== isLate) return;
  for (const { connection, stream } of connectionsOf(source)) (connection?.stream ?? stream)?.destroy();
  await Promise.race([closing, pause(GOODBYE_MS, null, { ref: false })]);
}

/** Every connection of the pool of `pg` or `mysql2`, of which neither has a public list. */
function connectionsOf({ driver }: DataSource): DriverConnection[] {
  const { master, pool } = driver as unknown as {
    master?: { _clients?: DriverConnection[] };
    pool?: { _allConnections?: { toArray(): DriverConnection[] } };
  };
  return [...(master?._clients ?? []), ...(pool?._allConnections?.toArray() ?? [])];
}

async function openOwnPool(host: DataSource, poolSize: number): Promise<DataSource> {
  // Of the host's own class: there may be two copies of TypeORM.
  const Source = host.constructor as typeof DataSource;
  const source = await new Source(ownOptions(host, poolSize)).initialize();
  // Between `pg`'s pool and TypeORM nobody listens for a moment: a connection that breaks then would end the process.
  const { master } = source.driver as unknown as { master?: EventEmitter };
  master?.on('connect', (client: EventEmitter) => client.on('error', () => undefined));
  return source;
}

function ownOptions({ options, logger }: DataSource, poolSize: number): DataSourceOptions {
  const isMysql = options.type !== 'postgres';
  const extra = {
    ...(options.extra as object | undefined),
    ...(isMysql ? { connectionLimit: poolSize, ...PLAIN_MYSQL } : { max: poolSize }),
  };
  return {
    ...options,
    ...(isMysql ? { charset: PLAIN_MYSQL.charset, flags: PLAIN_MYSQL.flags } : {}),
    extra,
    poolSize,
    logger,
    entities: [],
    subscribers: [],
    migrations: [],
    migrationsRun: false,
    synchronize: false,
    dropSchema: false,
    cache: false,
  } as DataSourceOptions;
}
