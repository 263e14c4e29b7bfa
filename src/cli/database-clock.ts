import type { DataSource } from 'typeorm';

const POSTGRES = 'SELECT EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS now';
const MYSQL = 'SELECT UNIX_TIMESTAMP(NOW(3)) * 1000 AS now';
const SQLITE = "SELECT unixepoch('subsec') * 1000 AS now";

/** What the database's clock says, in epoch milliseconds; it stamps what is stored. */
export async function databaseTime(source: DataSource): Promise<number> {
  const [row] = (await source.query(statement(source.options.type))) as { now: string | number }[];
  return Math.floor(Number(row?.now));
}

function statement(type: DataSource['options']['type']): string {
  if (type === 'postgres') return POSTGRES;
  return type === 'mysql' || type === 'mariadb' ? MYSQL : SQLITE;
}
