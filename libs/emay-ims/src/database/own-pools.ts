import type { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { PLAIN_RESULTS } from './postgres-types.js';
import type { DriverConnection } from './query-by-callback.js';

/** How long a connection may take to close properly. */
const GOODBYE_MS = 2_000;

/** `pg` waits for ever for a server that accepts a connection and is silent. A little longer than the pool timeout. */
const CONNECT_MORE_MS = 1_000;

/** Options of `mysql2` that would change the shape of rows or parameters, or skip the preparation of sessions. */
const PLAIN_MYSQL = {
  charset: 'utf8mb4',
  flags: [],
  namedPlaceholders: false,
  queryFormat: undefined,
  rowsAsArray: false,
  nestTables: false,
  typeCast: true,
  resetOnRelease: false,
  waitForConnections: true,
  queueLimit: 0,
};
type PlainOption = keyof typeof PLAIN_MYSQL;

/** Size of the pool, and the timeout for a connection. */
export interface PoolSize {
  poolSize: number;
  poolTimeoutMs: number;
}

/**
 * Our own connections to your app's database, made from its DataSource's options. Your app's pool may hold altered sessions and open
 * transactions, and both sides could wait for each other's connections.
 *
 * - Accounts that keep their messages in the same DataSource share a pool.
 */
export class OwnPools {
  private readonly pools = new Map<DataSource, { opening: Promise<DataSource>; users: number }>();

  /** A DataSource over the same database, without entities, migrations or subscribers. Every `open` wants a `close`. */
  async open(host: DataSource, size: PoolSize): Promise<DataSource> {
    let pool = this.pools.get(host);
    if (!pool) {
      pool = { opening: openOwnPool(host, size), users: 0 };
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

  /** Closes the pool when its last account leaves. */
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

/** A silent connection never closes: after a while all remaining ones are destroyed. */
export async function closePool(source: DataSource): Promise<void> {
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

/** @param address where another than the host's is wanted: see `atAddress` */
export async function openOwnPool(host: DataSource, size: PoolSize, address?: string): Promise<DataSource> {
  const options = ownOptions(host, size);
  const source = await new (classOf(host))(address === undefined ? options : atAddress(options, address)).initialize();
  // For a moment, neither `pg`'s pool nor TypeORM listens: a connection that breaks then would end the process.
  const { master } = source.driver as unknown as { master?: EventEmitter };
  master?.on('connect', (client: EventEmitter) => client.on('error', () => undefined));
  return source;
}

/** Of the host's copy of TypeORM, as there may be two; not what the host has derived from it, which may take anything. */
function classOf(host: DataSource): typeof DataSource {
  let Source = host.constructor as typeof DataSource;
  for (let next = Source; next.prototype; next = Object.getPrototypeOf(next)) Source = next;
  return Source;
}

function ownOptions({ options, logger }: DataSource, { poolSize, poolTimeoutMs }: PoolSize): DataSourceOptions {
  const isMysql = options.type !== 'postgres';
  const extra = {
    ...(isMysql ? plain(options.extra) : (options.extra as object | undefined)),
    ...(isMysql
      ? { connectionLimit: poolSize }
      : { ...PLAIN_RESULTS, max: poolSize, connectionTimeoutMillis: poolTimeoutMs + CONNECT_MORE_MS }),
  };
  return {
    ...options,
    ...writerOf(options as ReplicatedOptions, isMysql),
    // TypeORM takes `pg-native` wherever it is installed, which can neither be cancelled nor cut off.
    ...(isMysql ? { charset: PLAIN_MYSQL.charset, flags: PLAIN_MYSQL.flags } : { nativeDriver: false }),
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

/** Without what the host has set otherwise; older `mysql2` complain of what they do not know. */
function plain(extra: object = {}): object {
  return Object.fromEntries(
    Object.entries(extra).map(([name, value]) => [
      name,
      name in PLAIN_MYSQL ? PLAIN_MYSQL[name as PlainOption] : value,
    ]),
  );
}

/** Options that name the server of a connection, and the way to it; of no effect beside `replication`. */
const NO_SERVER = Object.fromEntries(
  ['url', 'host', 'port', 'username', 'password', 'database', 'socketPath', 'ssl'].map((name) => [name, undefined]),
);

interface ReplicatedOptions {
  replication?: { master: object };
  ssl?: unknown;
}

/**
 * The server that takes writes, as if there were no other: nothing of ours is read from a replica, and a cluster of `mysql2`
 * drops a server for good that could not be reached a few times.
 */
function writerOf({ replication, ssl }: ReplicatedOptions, isMysql: boolean): object {
  if (!replication) return {};
  // TypeORM takes a server's own `ssl` on PostgreSQL alone.
  return { ...NO_SERVER, ...replication.master, ...(isMysql ? { ssl } : {}), replication: undefined };
}

const POSTGRES_PORT = '5432';

/** The same options for another way to the server: `host`, `host:port` or `host:port/database`. */
function atAddress(options: DataSourceOptions, address: string): DataSourceOptions {
  const { hostname, port, pathname } = new URL(`postgres://${address}`);
  const database = decodeURIComponent(pathname.slice(1));
  const { url } = options as { url?: string };
  if (!url) {
    const place = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || POSTGRES_PORT) };
    return { ...options, ...place, ...(database ? { database } : {}) } as DataSourceOptions;
  }
  // What stands in a URL goes before what stands beside it.
  const direct = new URL(url);
  for (const name of ['host', 'port']) direct.searchParams.delete(name);
  direct.hostname = hostname;
  direct.port = port || POSTGRES_PORT;
  if (database) direct.pathname = pathname;
  return { ...options, url: direct.href } as DataSourceOptions;
}
