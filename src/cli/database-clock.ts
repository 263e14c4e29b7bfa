import type { DataSource } from 'typeorm';

const POSTGRES = 'SELECT EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS now';
// As the module stamps: UNIX_TIMESTAMP(NOW(3)) stands still or jumps for an hour each year where the session's zone has summer time.
const MYSQL = "SELECT (TIMESTAMPDIFF(MICROSECOND, TIMESTAMP'1970-01-01 00:00:00', UTC_TIMESTAMP(3)) DIV 1000) AS now";
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
