import type { FactoryProvider, ModuleMetadata, Provider, Type } from '@nestjs/common';
import type { CurrentManager } from '../database/host-transactions.js';
import type { ProtocolOptions } from '../protocol/index.js';

/** Where messages are kept: a file of the module's own, or the host's database. */
export type EmayImsDatabaseOptions = EmayImsSqliteOptions | EmayImsServerDatabaseOptions;

/** An SQLite file of the module's own, in a thread of its own. Created and migrated by itself. */
export interface EmayImsSqliteOptions {
  type: 'sqlite';
  /** Path of the file; its folder is created. */
  path: string;
  /** Name or path of a `better-sqlite3`-compatible module. Default: `libsql`, which needs no compiler and no download. */
  driver?: string | undefined;
}

/** PostgreSQL, MySQL 8 or MariaDB, by a DataSource of the host and connections of the module's own to the same database. */
export interface EmayImsServerDatabaseOptions {
  /** Name of the DataSource (`TypeOrmModule`). */
  dataSource: string;
  /** Most connections of the module's own; accounts that share a DataSource share them. Default 10. */
  poolSize?: number | undefined;
  /**
   * How long one statement may take, in ms; then its connection is destroyed. Statements that read or delete much may take four times
   * as long. Default 15,000.
   */
  statementTimeoutMs?: number | undefined;
  /** How long to wait for a connection, in ms. Default 15,000. */
  poolTimeoutMs?: number | undefined;
  /** How long the start waits for a schema that is behind, or a standby that is being promoted, in ms. Default 10,000. */
  startTimeoutMs?: number | undefined;
  /** Schema of the tables, where it is another than the DataSource's. Default: the DataSource's. See `emayImsMigrations`. */
  schema?: string | undefined;
  /** Prefix of the tables, where it is another than the DataSource's. Default: the DataSource's. See `emayImsMigrations`. */
  entityPrefix?: string | undefined;
  /**
   * PostgreSQL: whether instances tell each other of new messages (LISTEN and NOTIFY), so that a message stored by one is submitted by
   * another at once. An instance with `dispatch.enabled` has one more connection for it. Default true.
   */
  notify?: boolean | undefined;
  /**
   * PostgreSQL: whether `enqueue` and `enqueueStream` in a transaction of yours tell them too, with your commit. A server commits the
   * transactions that notify one after the other. Default false.
   */
  notifyJoined?: boolean | undefined;
  /**
   * PostgreSQL: `host`, `host:port` or `host:port/database` of the server itself for the connection that listens, where the DataSource
   * leads to a pooler such as PgBouncer in transaction mode. User and password are the DataSource's. Default: the DataSource's address.
   */
  listenAddress?: string | undefined;
  /**
   * Finds the manager of the transaction that is open around a call, such as `typeorm-transactional` and `nestjs-cls` keep one; gets the
   * DataSource. `enqueue`, `enqueueStream` and `cancel` join it. Default: none, only `manager` is joined.
   */
  currentManager?: CurrentManager | undefined;
}

type OptionWithoutDefault = 'schema' | 'entityPrefix' | 'currentManager' | 'listenAddress';

/** The same with every default filled in. */
export type ResolvedDatabaseOptions =
  | EmayImsSqliteOptions
  | (EmayImsServerDatabaseOptions & Required<Omit<EmayImsServerDatabaseOptions, OptionWithoutDefault>>);

/** How the gateway is called. */
export interface EmayImsHttpOptions {
  /** The whole exchange, from looking up the name to the last byte of the answer, in ms. Default 30,000. */
  timeoutMs?: number | undefined;
  /** Until a connection stands (TLS included), in ms; part of `timeoutMs`. Default 5,000, or `timeoutMs` if that is less. */
  connectTimeoutMs?: number | undefined;
  /** A longer answer counts as unconfirmed. Default 4 MiB. */
  maxResponseBytes?: number | undefined;
  /** Allow `http:` to other than this machine when `NODE_ENV` is `production`. Default false. */
  allowInsecure?: boolean | undefined;
  /** Connections to the gateway at a time. Default 16. */
  maxSockets?: number | undefined;
}

/** How what is queued is sent. */
export interface EmayImsDispatchOptions {
  /** Whether this instance sends what is queued. Default true. Direct sends work either way. */
  enabled?: boolean | undefined;
  /** Longest time between looks for due messages that other instances or transactions queued, in ms. Default 1,000. */
  intervalMs?: number | undefined;
  /** Requests under way at a time. Default 4. */
  concurrency?: number | undefined;
  /** Messages in one request, at most 300 (§2.2.1.2). Default 300. */
  maxBatchSize?: number | undefined;
  /** First pause after the gateway could not be reached or refused the account, in ms; doubles, jittered. Default 1,000. */
  minBackoffMs?: number | undefined;
  /** Longest such pause, in ms. Default 60,000. */
  maxBackoffMs?: number | undefined;
}

/** How delivery reports are fetched and kept. */
export interface EmayImsReportOptions {
  /** Whether this instance polls for delivery reports, and applies stored and spooled batches that wait. Default true. */
  enabled?: boolean | undefined;
  /**
   * How reports come, as agreed with Emay. `pull`: the module polls (§2.4). `push`: the gateway posts them to `EmayImsPushModule`, and nothing
   * polls on a schedule. `both`: polls go on, once a minute while pushes come. Pushes are not in the vendor document. Default `pull`.
   */
  source?: 'pull' | 'push' | 'both' | undefined;
  /** Pause between pulls, in ms. Default 5,000. Not together with `cron`. */
  intervalMs?: number | undefined;
  /** A cron expression (with seconds if it has six fields) instead of an interval. */
  cron?: string | undefined;
  /** Reports asked for at a time, at most 500 (§2.4.1.2). Default 500. */
  pageSize?: number | undefined;
  /** Folder for batches that come while the database is away, or too slow for a push; made when first needed. Default `./emay-ims-spool`. */
  spoolPath?: string | undefined;
  /** Without a report for so long, an accepted message becomes UNKNOWN, in ms. Default 72 hours. */
  deadlineMs?: number | undefined;
}

/** How long what is over is kept. */
export interface EmayImsRetentionOptions {
  /**
   * Messages that have been final for so many days are deleted, with the report pages, orphaned reports and FAILED events
   * of that age. Default: none, everything is kept.
   */
  days?: number | undefined;
  /** How often to look for them, in ms. Default one hour. */
  intervalMs?: number | undefined;
}

/**
 * Which of the gateway's interfaces is called, as agreed with Emay. `plain`: signed JSON under `/inter/` (§1.3, §2). `secure`: encrypted JSON
 * under `/secure/`, which is not in the vendor document.
 */
export type ImsTransport = 'plain' | 'secure';

/** What the vendor document leaves open, as far as it is to be other than its default. */
export type EmayImsProtocolOptions = { [Option in keyof ProtocolOptions]?: ProtocolOptions[Option] | undefined };

/** The options of one account. A wrong one stops the start of the application (`EmayImsOptionsError`). */
export interface EmayImsModuleOptions {
  /** Name of the account where there are several. Default `default`. */
  name?: string | undefined;
  /** Whether the account's providers are visible to all modules. Default false. */
  isGlobal?: boolean | undefined;
  /**
   * Providers of your own, in place of the account's: of its engine, HTTP client, client or clock. See `getEmayImsEngineToken` and its
   * neighbours.
   */
  providers?: Provider[] | undefined;
  /** `https://host:port` of the gateway; a list is a fail-over order. */
  baseUrl: string | string[];
  /** Given by Emay (§1.3). */
  appId: string;
  /** Given by Emay (§1.3). Never printed. */
  secretKey: string;
  /** Default `plain`. `secure` needs a `secretKey` of 16, 24 or 32 bytes (UTF-8), and an `appId` of printable ASCII without blanks. */
  transport?: ImsTransport | undefined;
  /** Default: the host's default DataSource. */
  database?: EmayImsDatabaseOptions | undefined;
  http?: EmayImsHttpOptions | undefined;
  dispatch?: EmayImsDispatchOptions | undefined;
  reports?: EmayImsReportOptions | undefined;
  retention?: EmayImsRetentionOptions | undefined;
  protocol?: EmayImsProtocolOptions | undefined;
}

/** Builds the options; for `useClass` and `useExisting`. */
export interface EmayImsOptionsFactory {
  /** Called once, when the application starts. */
  createEmayImsOptions(): Promise<EmayImsAsyncOptions> | EmayImsAsyncOptions;
}

/** What a factory returns: name, visibility and providers are known before it runs. */
export type EmayImsAsyncOptions = Omit<EmayImsModuleOptions, 'name' | 'isGlobal' | 'providers'>;

/** The options of `forRootAsync`; exactly one of `useFactory`, `useClass` and `useExisting`. */
export interface EmayImsModuleAsyncOptions {
  imports?: ModuleMetadata['imports'] | undefined;
  name?: string | undefined;
  isGlobal?: boolean | undefined;
  /** As those of `forRoot`. */
  providers?: Provider[] | undefined;
  inject?: FactoryProvider['inject'] | undefined;
  /** Makes the options from what `inject` names. */
  // The injected values are the host's own: their types are known where the factory is written.
  // oxlint-disable-next-line typescript/no-explicit-any
  useFactory?: ((...injected: any[]) => Promise<EmayImsAsyncOptions> | EmayImsAsyncOptions) | undefined;
  useClass?: Type<EmayImsOptionsFactory> | undefined;
  useExisting?: Type<EmayImsOptionsFactory> | undefined;
}

/** The options after validation, with every default filled in. Frozen. */
export interface ResolvedEmayImsOptions {
  readonly name: string;
  /** Without a slash at the end. */
  readonly baseUrls: readonly string[];
  readonly appId: string;
  /** Not enumerable: whoever prints the options does not print the key. */
  readonly secretKey: string;
  readonly transport: ImsTransport;
  readonly database: ResolvedDatabaseOptions;
  readonly http: Readonly<Required<EmayImsHttpOptions>>;
  readonly dispatch: Readonly<Required<EmayImsDispatchOptions>>;
  readonly reports: Readonly<Required<Omit<EmayImsReportOptions, 'cron'>> & { cron: string | null }>;
  readonly retention: Readonly<{ days: number | null; intervalMs: number }>;
  readonly protocol: Readonly<ProtocolOptions>;
}
