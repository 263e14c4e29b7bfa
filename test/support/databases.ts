import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMAY_IMS_ENTITIES, EMAY_IMS_MIGRATIONS, type EmayImsDatabaseOptions } from 'nestjs-emay-ims';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { openEmbeddedSqlite } from '../../libs/emay-ims/src/schema/embedded-sqlite.js';

export const DATABASE_KINDS = ['sqlite', 'postgres', 'mariadb', 'mysql'] as const;
export type DatabaseKind = (typeof DATABASE_KINDS)[number];
export type ServerKind = Exclude<DatabaseKind, 'sqlite'>;

/** A database of a test's own: empty, migrated where it is opened, dropped at the end. */
export interface TestDatabase {
  kind: DatabaseKind;
  /** For `TypeOrmModule.forRoot` or `new DataSource`; `null` for SQLite, which the module opens itself. */
  typeOrmOptions: DataSourceOptions | null;
  /** For `EmayImsModule.forRoot`. */
  moduleOptions: EmayImsDatabaseOptions | undefined;
  /** For the reference application and other processes. */
  url: string;
  /** Opens a connection and runs the migrations. */
  open(): Promise<DataSource>;
  drop(): Promise<void>;
}

const ADMIN_URLS = {
  postgres: process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres',
  mariadb: process.env.TEST_MARIADB_URL ?? 'mysql://root@127.0.0.1:3306/test',
  mysql: process.env.TEST_MYSQL_URL ?? 'mysql://root@127.0.0.1:3308/mysql',
};

/** The databases this run covers: `TEST_DATABASES=postgres,mariadb`; default: SQLite alone, which needs no server. */
export function databasesUnderTest(): DatabaseKind[] {
  const wanted = (process.env.TEST_DATABASES ?? 'sqlite').split(',').map((kind) => kind.trim());
  const unknown = wanted.filter((kind) => !DATABASE_KINDS.includes(kind as DatabaseKind));
  if (unknown.length > 0)
    throw new Error(`TEST_DATABASES names ${unknown.join(', ')}; write ${DATABASE_KINDS.join(', ')}`);
  return wanted as DatabaseKind[];
}

/** The databases of this run that are servers. */
export function serversUnderTest(): ServerKind[] {
  return databasesUnderTest().filter((kind) => kind !== 'sqlite');
}

/** MariaDB and MySQL are asked in the same way. */
export function dialectOf<Kind extends DatabaseKind>(kind: Kind) {
  return (kind === 'mariadb' ? 'mysql' : kind) as Exclude<Kind, 'mariadb'> | ('mariadb' extends Kind ? 'mysql' : never);
}

export async function createTestDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  return kind === 'sqlite' ? createSqlite() : createOnServer(kind);
}

async function createSqlite(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'emay-ims-'));
  const path = join(folder, 'ims.sqlite');
  return {
    kind: 'sqlite',
    typeOrmOptions: null,
    moduleOptions: { type: 'sqlite', path },
    url: `sqlite:${path}`,
    async open() {
      const source = await openEmbeddedSqlite(path);
      // Tests write past the module, beside a thread that may be writing.
      for (const pragma of ['query_only = OFF', 'busy_timeout = 5000']) await source.query(`PRAGMA ${pragma}`);
      return source;
    },
    drop: () => rm(folder, { recursive: true, force: true }),
  };
}

async function createOnServer(kind: ServerKind): Promise<TestDatabase> {
  const name = `emay_ims_${randomBytes(6).toString('hex')}`;
  const asAdmin = async (sql: string) => {
    const admin = await new DataSource({ type: kind, url: ADMIN_URLS[kind] }).initialize();
    await admin.query(sql).finally(() => admin.destroy());
  };
  await asAdmin(`CREATE DATABASE ${name}`);
  const url = new URL(ADMIN_URLS[kind]);
  url.pathname = `/${name}`;
  const typeOrmOptions: DataSourceOptions = {
    type: kind,
    url: url.href,
    entities: EMAY_IMS_ENTITIES,
    migrations: EMAY_IMS_MIGRATIONS,
    migrationsRun: true,
  };
  return {
    kind,
    typeOrmOptions,
    moduleOptions: undefined,
    url: url.href,
    open: () => new DataSource(typeOrmOptions).initialize(),
    drop: () => asAdmin(`DROP DATABASE ${name}${kind === 'postgres' ? ' WITH (FORCE)' : ''}`),
  };
}
