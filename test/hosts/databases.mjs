import { randomBytes } from 'node:crypto';
import mysql from 'mysql2/promise';
import pg from 'pg';

const ADMIN_URLS = {
  postgres: process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres',
  mariadb: process.env.TEST_MARIADB_URL ?? 'mysql://root@127.0.0.1:3306/test',
};

const EXECUTE = {
  async postgres(sql) {
    const client = new pg.Client({ connectionString: ADMIN_URLS.postgres, connectionTimeoutMillis: 3_000 });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  },
  async mariadb(sql) {
    const connection = await mysql.createConnection({ uri: ADMIN_URLS.mariadb, connectTimeout: 3_000 });
    await connection.query(sql).finally(() => connection.end());
  },
};

/** Whether the server takes a connection. */
export async function isReachable(kind) {
  return EXECUTE[kind]('SELECT 1').then(
    () => true,
    () => false,
  );
}

/** Makes an empty database for one run of one host; `drop` when the host has ended. */
export async function createDatabase(kind) {
  const name = `emay_ims_host_${randomBytes(6).toString('hex')}`;
  await EXECUTE[kind](`CREATE DATABASE ${name}`);
  const url = new URL(ADMIN_URLS[kind]);
  url.pathname = `/${name}`;
  // A host that was killed may still be connected as PostgreSQL sees it.
  const force = kind === 'postgres' ? ' WITH (FORCE)' : '';
  return { url: url.href, drop: () => EXECUTE[kind](`DROP DATABASE ${name}${force}`) };
}
