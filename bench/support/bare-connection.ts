import libsql from 'libsql';
import { createPool, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import { Pool } from 'pg';
import type { BenchDatabase } from './databases.js';

/** One statement with its parameters; the text is the same each time, so that it can be prepared once. */
export interface Statement {
  sql: string;
  parameters: (string | number | string[])[];
}

/** A database through its bare driver: no ORM, no retries, prepared statements. */
export interface BareConnection {
  /** Resolves to the number of rows the statement changed, once that is committed. */
  run(statement: Statement): Promise<number>;
  /** For what runs once. */
  rows(sql: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** Connects as the driver's own guide shows, with durable commits: the servers' default, and SQLite's FULL. */
export async function connect({ kind, location }: BenchDatabase, connections: number): Promise<BareConnection> {
  switch (kind) {
    case 'postgres':
      return connectPostgres(location, connections);
    case 'mariadb':
      return connectMariadb(location, connections);
    case 'sqlite':
      return openSqlite(location);
  }
}

function connectPostgres(location: string, connections: number): BareConnection {
  const pool = new Pool({ connectionString: location, max: connections });
  const names = new Map<string, string>();
  const nameOf = (sql: string) => names.get(sql) ?? names.set(sql, `statement_${names.size}`).get(sql);
  return {
    async run({ sql, parameters }) {
      const { rowCount } = await pool.query({ text: sql, name: nameOf(sql), values: parameters });
      return rowCount ?? 0;
    },
    rows: async (sql) => (await pool.query({ text: sql })).rows,
    close: () => pool.end(),
  };
}

function connectMariadb(location: string, connections: number): BareConnection {
  const pool = createPool({ uri: location, connectionLimit: connections });
  return {
    async run({ sql, parameters }) {
      const [{ affectedRows }] = await pool.execute<ResultSetHeader>(sql, parameters as string[]);
      return affectedRows;
    },
    rows: async (sql) => (await pool.query<RowDataPacket[]>(sql))[0],
    close: () => pool.end(),
  };
}

/** One connection: SQLite has one writer, and libsql blocks its thread while it works. */
function openSqlite(path: string): BareConnection {
  const database = new libsql(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  const prepared = new Map<string, libsql.Statement>();
  const prepare = (sql: string) => {
    const known = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  return {
    run: async ({ sql, parameters }) => prepare(sql).run(...parameters).changes,
    rows: async (sql) => {
      const statement = database.prepare(sql);
      if (statement.reader) return statement.all() as Record<string, unknown>[];
      statement.run();
      return [];
    },
    close: async () => void database.close(),
  };
}
