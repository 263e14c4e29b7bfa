import type { DataSource, Repository } from 'typeorm';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import { ImsMessage } from '../messages/ims-message.entity.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { openEmbeddedSqlite, openEmbeddedSqliteReader } from './embedded-sqlite.js';

/** The connection an account keeps its messages in: the host's DataSource, or an SQLite file opened here. */
export class AccountDatabase {
  private constructor(
    private readonly wantedName: string | null,
    private dataSource: DataSource | null,
    private readonly reader: DataSource | null,
  ) {}

  /**
   * @param hostName name of the host's DataSource that was injected
   * @param host that DataSource; `undefined` where the host has none of that name
   */
  static async open(
    { database }: ResolvedEmayImsOptions,
    hostName: string,
    host: DataSource | undefined,
  ): Promise<AccountDatabase> {
    if ('type' in database) {
      const own = await openEmbeddedSqlite(database.path, database.driver);
      return new AccountDatabase(null, own, await openEmbeddedSqliteReader(database.path, database.driver));
    }
    return new AccountDatabase(database.dataSource, database.dataSource === hostName ? (host ?? null) : null, null);
  }

  /** Reads messages; `undefined` where the DataSource is known only later (a named one, given by an options factory). */
  messageRepository(): Repository<ImsMessage> | undefined {
    const source = this.reader ?? this.dataSource;
    return source?.hasMetadata(ImsMessage) ? source.getRepository(ImsMessage) : undefined;
  }

  /**
   * The DataSource, checked: it exists, knows our entities and has our tables.
   *
   * @param find gets a DataSource of the host by name
   */
  async ready(find: (name: string) => DataSource): Promise<DataSource> {
    if (this.wantedName === null) return this.dataSource as DataSource;
    this.dataSource ??= this.find(this.wantedName, find);
    await assertUsable(this.dataSource, this.wantedName);
    return this.dataSource;
  }

  /** Closes what was opened here; the host's DataSource is the host's to close. */
  async close(): Promise<void> {
    if (this.wantedName !== null) return;
    await this.reader?.destroy();
    await this.dataSource?.destroy();
  }

  private find(name: string, find: (name: string) => DataSource): DataSource {
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
}

async function assertUsable(dataSource: DataSource, name: string): Promise<void> {
  const { type } = dataSource.options;
  if (!['postgres', 'mysql', 'mariadb'].includes(type)) {
    throw new EmayImsOptionsError(
      `EmayImsModule cannot start: DataSource "${name}" is of type "${type}". Messages are kept in PostgreSQL, MySQL or ` +
        "MariaDB, or in a file of the module's own: database: { type: 'sqlite', path: './data/ims.sqlite' }.",
    );
  }
  if (!dataSource.hasMetadata(ImsMessage)) {
    throw new EmayImsOptionsError(
      `EmayImsModule cannot start: DataSource "${name}" does not know its entities. Add ...EMAY_IMS_ENTITIES to its ` +
        'entities and ...EMAY_IMS_MIGRATIONS to its migrations.',
    );
  }
  try {
    await dataSource.query('SELECT 1 FROM emay_ims_message WHERE 1 = 0');
  } catch {
    throw new EmayImsOptionsError(
      `EmayImsModule cannot start: DataSource "${name}" has no table emay_ims_message. Add ...EMAY_IMS_MIGRATIONS to its ` +
        'migrations and run them (migrationsRun: true, or typeorm migration:run).',
    );
  }
}
