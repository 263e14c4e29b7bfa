import { Repository, type DataSource, type EntityManager } from 'typeorm';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import { ImsMessage } from '../messages/ims-message.entity.js';
import type { EmayImsDatabaseOptions } from '../options/module-options.js';
import { openEmbeddedSqlite, openEmbeddedSqliteReader } from './embedded-sqlite.js';

/**
 * The connection an account keeps its messages in: the host's DataSource, or an SQLite file of its own.
 *
 * - Nothing is opened before `open`: a host whose providers cannot be made leaves no file open.
 */
export class AccountDatabase {
  /** Reads messages; usable once `open` has resolved, in the host's `onModuleInit` at the latest. */
  readonly messages: Repository<ImsMessage>;
  private own: DataSource | null = null;
  private reader: DataSource | null = null;

  /**
   * @param host the host's DataSource, as far as it is known already: a name given by an options factory is looked up
   *   later
   */
  constructor(
    private readonly options: EmayImsDatabaseOptions,
    private host: DataSource | null,
  ) {
    // TypeORM's own class, so that everything it can do is there, but with a manager that is looked up at each use.
    this.messages = new Repository(ImsMessage, null as unknown as EntityManager);
    Object.defineProperty(this.messages, 'manager', { get: () => this.readingManager() });
  }

  /**
   * The DataSource to keep messages in, opened or else checked: it exists, is connected, knows our entities, has our
   * tables.
   *
   * @param find gets a DataSource of the host by name
   */
  async open(find: (name: string) => DataSource): Promise<DataSource> {
    if ('type' in this.options) {
      const { path, driver } = this.options;
      try {
        this.own = await openEmbeddedSqlite(path, driver);
        this.reader = await openEmbeddedSqliteReader(path, driver);
        return this.own;
      } catch (error) {
        await this.close();
        throw error;
      }
    }
    const { dataSource: name } = this.options;
    this.host ??= findDataSource(name, find);
    await assertUsable(this.host, name);
    return this.host;
  }

  /** Closes what was opened here, the reader first, so that the last to leave tidies up; harmless when repeated. */
  async close(): Promise<void> {
    const { reader, own } = this;
    this.reader = null;
    this.own = null;
    try {
      await reader?.destroy();
    } finally {
      await own?.destroy();
    }
  }

  private readingManager(): EntityManager {
    const source = this.reader ?? this.host;
    if (source) return source.manager;
    throw new EmayImsOptionsError(
      'The repository of ImsMessage is not ready: it can be used from onModuleInit of a module that imports ' +
        'EmayImsModule until the application closes.',
    );
  }
}

function findDataSource(name: string, find: (name: string) => DataSource): DataSource {
  try {
    return find(name);
  } catch {
    throw new EmayImsOptionsError(
      `EmayImsModule cannot start: there is no DataSource named "${name}". Import TypeOrmModule.forRoot({ ` +
        `${name === 'default' ? '' : `name: '${name}', `}… }), or keep messages in a file of the module's own with ` +
        "database: { type: 'sqlite', path: './data/ims.sqlite' }.",
    );
  }
}

async function assertUsable(dataSource: DataSource, name: string): Promise<void> {
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
  let table = '';
  try {
    for (table of ['emay_ims_message', 'emay_ims_event']) await dataSource.query(`SELECT 1 FROM ${table} WHERE 1 = 0`);
  } catch (error) {
    const code = driverCode(error);
    throw refuse(
      MISSING_TABLE.has(code)
        ? `has no table ${table}. Add ...EMAY_IMS_MIGRATIONS to its migrations and run them (migrationsRun: ` +
            'true, or typeorm migration:run).'
        : `does not let its user read table ${table} (${code}). Grant SELECT, INSERT, UPDATE and DELETE on the tables ` +
            'emay_ims_*, and see that the server can be reached.',
    );
  }
}

const MISSING_TABLE: ReadonlySet<string> = new Set(['42P01', 'ER_NO_SUCH_TABLE']);

/** Its code alone: the message of a driver may quote the address and the user of the database. */
function driverCode(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'no code';
}
