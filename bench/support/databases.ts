import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import libsql from 'libsql';
import { EMAY_IMS_ENTITIES, EMAY_IMS_MIGRATIONS, runEmayImsMigrations } from 'nestjs-emay-ims';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { connect } from './bare-connection.js';

export const DATABASE_KINDS = ['sqlite', 'postgres', 'mariadb'] as const;
export type DatabaseKind = (typeof DATABASE_KINDS)[number];

/** Where a contender keeps its rows; plain data, so that it can be handed to another process. */
export interface BenchDatabase {
  kind: DatabaseKind;
  /** URL of the server's database, or path of the SQLite file. */
  location: string;
}

/** The servers, by the variables that the tests go by; their own databases are made beside the one named. */
const SERVER_URLS = {
  postgres: process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres',
  mariadb: process.env.TEST_MARIADB_URL ?? 'mysql://root@127.0.0.1:3306/test',
};

/** Makes an empty database for the time of `work`. */
export async function withDatabase<T>(kind: DatabaseKind, work: (database: BenchDatabase) => Promise<T>): Promise<T> {
  if (kind === 'sqlite') {
    const folder = await mkdtemp(join(tmpdir(), 'emay_bench_'));
    return work({ kind, location: join(folder, 'bench.sqlite') }).finally(() => rm(folder, { recursive: true }));
  }
  const name = `emay_bench_${randomBytes(6).toString('hex')}`;
  await onServer(kind, `CREATE DATABASE ${name}`);
  const url = new URL(SERVER_URLS[kind]);
  url.pathname = `/${name}`;
  const force = kind === 'postgres' ? ' WITH (FORCE)' : '';
  return work({ kind, location: url.href }).finally(() => onServer(kind, `DROP DATABASE ${name}${force}`));
}

/** Name and version of the database, or `null` where its server does not answer. */
export async function versionOf(kind: DatabaseKind): Promise<string | null> {
  if (kind === 'sqlite') {
    const memory = new libsql(':memory:');
    const { version } = memory.prepare('SELECT sqlite_version() AS version').get() as { version: string };
    memory.close();
    return `SQLite ${version} (libsql)`;
  }
  try {
    const [row] = await onServer(kind, 'SELECT version() AS version');
    const version = /\d+(\.\d+)+/.exec(String(row?.version))?.[0];
    return `${kind === 'postgres' ? 'PostgreSQL' : 'MariaDB'} ${version}`;
  } catch {
    return null;
  }
}

/** What `TypeOrmModule.forRoot` needs to keep the module's tables in a server's database. */
export function typeOrmOptions({ kind, location }: BenchDatabase): DataSourceOptions {
  const tables = { entities: EMAY_IMS_ENTITIES, migrations: EMAY_IMS_MIGRATIONS };
  return kind === 'sqlite'
    ? {
        type: 'better-sqlite3',
        database: location,
        driver: libsql,
        migrationsTableName: 'emay_ims_migration',
        ...tables,
      }
    : { type: kind, url: location, ...tables };
}

/** Makes the module's own tables, with all their indexes, before any contender runs. */
export async function migrate(database: BenchDatabase): Promise<void> {
  const source = await runEmayImsMigrations(new DataSource(typeOrmOptions(database)));
  await source.destroy();
}

async function onServer(kind: 'postgres' | 'mariadb', sql: string): Promise<Record<string, unknown>[]> {
  const connection = await connect({ kind, location: SERVER_URLS[kind] }, 1);
  return connection.rows(sql).finally(() => connection.close());
}
