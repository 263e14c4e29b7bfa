import { resolve } from 'node:path';
import { Repository, type DataSource, type EntityManager } from 'typeorm';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import { ImsMessage } from '../messages/ims-message.entity.js';
import type { EmayImsSqliteOptions, ResolvedDatabaseOptions } from '../options/module-options.js';
import { closeEmbeddedSqlite, openEmbeddedSqlite } from '../schema/embedded-sqlite.js';
import { ImsDatabase } from '../database/ims-database.js';
import type { OwnPools } from '../database/own-pools.js';
import type { SharedDatabase, SharedDatabases } from './shared-databases.js';
import { openServerDatabase } from '../schema/start/open-server-database.js';
import { REQUIRED_SCHEMA } from '../schema/start/required-schema.js';
import { NO_WAKES } from '../wake/database-wakes.js';
import { PostgresWakes } from '../wake/postgres-wakes.js';
import type { AccountHost } from './account-host.js';

/** Finds a DataSource of your app by name, waiting at most `withinMs` for its connection; `null`: there is none. */
export type FindDataSource = (name: string, withinMs: number) => Promise<DataSource | null>;

/**
 * The database of an account: that of your app, by connections of our own, or an SQLite file.
 *
 * - Nothing is opened before `open`: if your app's providers fail, no file stays open.
 */
export class AccountDatabase {
  /** Reads messages; usable once `open` has resolved, in the host's `onModuleInit` at the latest. */
  readonly messages: Repository<ImsMessage>;
  private opened: SharedDatabase | null = null;
  private host: DataSource | null = null;

  constructor(
    private readonly account: string,
    private readonly options: ResolvedDatabaseOptions,
    private readonly pools: OwnPools,
    private readonly shared: SharedDatabases,
    private readonly application: Pick<AccountHost, 'dataSourceNow'>,
  ) {
    // TypeORM's own class, for all its methods, with a manager that is looked up at each use.
    this.messages = new Repository(ImsMessage, null as unknown as EntityManager);
    Object.defineProperty(this.messages, 'manager', { get: () => this.readingManager() });
  }

  /**
   * The database, opened and found to have all that this release needs.
   *
   * @param find gets a DataSource of the host by name; `null`: there is none
   */
  async open(find: FindDataSource): Promise<SharedDatabase> {
    this.opened = await ('type' in this.options ? this.openFile(this.options) : this.openServer(this.options, find));
    return this.opened;
  }

  /** Closes what was opened here, unless another account uses it; may be repeated. */
  async close(): Promise<void> {
    const { opened } = this;
    this.opened = null;
    await opened?.close();
  }

  private openFile({ path, driver }: EmayImsSqliteOptions): Promise<SharedDatabase> {
    return this.shared.open(driver, resolve(path), async () => {
      const reader = await openEmbeddedSqlite(path, driver);
      return { database: new ImsDatabase(reader), reader, wakes: NO_WAKES, close: () => closeEmbeddedSqlite(reader) };
    });
  }

  private async openServer(
    options: Exclude<ResolvedDatabaseOptions, EmayImsSqliteOptions>,
    find: FindDataSource,
  ): Promise<SharedDatabase> {
    const { dataSource, poolSize, startTimeoutMs, statementTimeoutMs, poolTimeoutMs, schema, entityPrefix } = options;
    const { notify, listenAddress } = options;
    const host = await find(dataSource, startTimeoutMs);
    if (!host) throw noDataSource(dataSource);
    this.host = host;
    const { account } = this;
    assertUsable(host, dataSource);
    const limits = { statementTimeoutMs, poolTimeoutMs };
    const pinned = {
      ...(schema === undefined ? {} : { schema }),
      ...(entityPrefix === undefined ? {} : { entityPrefix }),
    };
    return this.shared.open(host, JSON.stringify([limits, pinned, notify, listenAddress]), async () => {
      const own = await this.pools.open(host, { poolSize, poolTimeoutMs });
      try {
        const database = await openServerDatabase({ account, dataSource, host, own, limits, pinned, startTimeoutMs });
        const isTold = notify && database.dialect.name === 'postgres';
        const wakes = isTold ? new PostgresWakes(database, account, listenAddress) : NO_WAKES;
        const close = async () => {
          await wakes.close();
          await this.pools.close(host);
        };
        return { database, reader: null, wakes, close };
      } catch (error) {
        await this.pools.close(host);
        throw error;
      }
    });
  }

  /** Where a test has put another in the place of the service, nothing is opened. */
  private hostNow(name: string): DataSource | null | undefined {
    const host = this.host ?? this.application.dataSourceNow(name, this.account);
    return host?.isInitialized ? host : null;
  }

  private readingManager(): EntityManager {
    const source = 'type' in this.options ? this.opened?.reader : this.hostNow(this.options.dataSource);
    if (!source) {
      throw new EmayImsOptionsError(
        'The repository of ImsMessage is not ready: it can be used from onModuleInit of a module that imports ' +
          'EmayImsModule until the application closes.',
      );
    }
    const { tablePath } = source.getMetadata(ImsMessage);
    const kept = this.opened?.database.names;
    if (kept && ![kept.path('emay_ims_message'), kept.bare('emay_ims_message')].includes(tablePath)) {
      throw new EmayImsOptionsError(
        `The repository of ImsMessage would read ${tablePath}, but the messages are kept in ${kept.path('emay_ims_message')}, as ` +
          'database.schema and database.entityPrefix say. Use EmayImsService.find.',
      );
    }
    return source.manager;
  }
}

function noDataSource(name: string): EmayImsOptionsError {
  return new EmayImsOptionsError(
    `EmayImsModule cannot start: there is no DataSource named "${name}". Import TypeOrmModule.forRoot({ ` +
      `${name === 'default' ? '' : `name: '${name}', `}… }), or keep messages in a file of the module's own with ` +
      "database: { type: 'sqlite', path: './data/ims.sqlite' }.",
  );
}

function assertUsable(dataSource: DataSource, name: string): void {
  const refuse = (problem: string) =>
    new EmayImsOptionsError(`EmayImsModule cannot start: DataSource "${name}" ${problem}`);
  const { type } = dataSource.options;
  if (!['postgres', 'mysql', 'mariadb'].includes(type)) {
    throw refuse(
      `is of type "${type}". Messages are kept in PostgreSQL, MySQL or MariaDB, or in a file of the module's own: ` +
        "database: { type: 'sqlite', path: './data/ims.sqlite' }.",
    );
  }
  if (!dataSource.isInitialized) {
    throw refuse('is not connected. Leave manualInitialization out, or initialize it before the application starts.');
  }
  if (!dataSource.hasMetadata(ImsMessage)) {
    throw refuse(
      'does not know its entities. Add ...EMAY_IMS_ENTITIES to its entities and ...EMAY_IMS_MIGRATIONS to its migrations.',
    );
  }
  const { columns } = REQUIRED_SCHEMA.emay_ims_message;
  const renamed = dataSource
    .getMetadata(ImsMessage)
    .columns.find(({ databaseName }) => !columns.includes(databaseName));
  if (renamed) {
    throw refuse(
      `has a naming strategy that calls column ${renamed.propertyName} "${renamed.databaseName}". Have it leave columns alone that name ` +
        'themselves (the second parameter of columnName), or keep messages in a DataSource of their own.',
    );
  }
}
