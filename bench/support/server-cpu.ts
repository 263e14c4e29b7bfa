import { readFile } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { connect } from './bare-connection.js';
import type { BenchDatabase, DatabaseKind } from './databases.js';

/** Starts to watch what a server spends on a contender; the function returned ends that, and resolves to CPU seconds. */
export type WatchServerCpu = () => Promise<() => Promise<number | null>>;

/**
 * The server's processes or threads that work for the connections to one database. What is shared by all databases, such as
 * PostgreSQL's checkpointer or the purge of InnoDB, is left out: other databases of the server give it work, too.
 */
const WORKERS: Readonly<Record<Exclude<DatabaseKind, 'sqlite'>, { sql: string; name: string }>> = {
  postgres: {
    sql: 'SELECT pid AS task FROM pg_stat_activity WHERE datname = current_database()',
    name: 'postgres',
  },
  mariadb: { sql: 'SELECT TID AS task FROM information_schema.PROCESSLIST WHERE DB = DATABASE()', name: 'mariadbd' },
};
const NS_PER_S = 1_000_000_000;

/**
 * Resolves to `null` where the server is not on this machine, where there is no `/proc`, and for SQLite, which works in the
 * contender's process. A connection counts from where it stood at the start, so pools must be full by then.
 */
export function databaseCpu(database: BenchDatabase): WatchServerCpu {
  const { kind } = database;
  if (kind === 'sqlite') return async () => async () => null;
  const { sql, name } = WORKERS[kind];
  return async () => {
    const connection = await connect(database, 1);
    const read = async () => {
      const tasks = (await connection.rows(sql)).map(({ task }) => String(task));
      const spent = await Promise.all(tasks.map(async (task) => [task, await taskSeconds(task, name)] as const));
      return new Map(spent.flatMap(([task, seconds]) => (seconds === null ? [] : [[task, seconds] as const])));
    };
    const before = await read();
    return async () => {
      const after = await read().finally(() => connection.close());
      if (after.size === 0) return null;
      return [...after].reduce((sum, [task, seconds]) => sum + seconds - (before.get(task) ?? 0), 0);
    };
  };
}

/** All that Redis does, for whomever: its one thread cannot be told apart by client. */
export function redisCpu(url: string): WatchServerCpu {
  return async () => {
    const redis = new Redis(url);
    const read = async () => {
      const info = await redis.info('cpu');
      const value = (name: string) => Number(new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]);
      return value('used_cpu_sys') + value('used_cpu_user');
    };
    const before = await read();
    return async () => {
      const after = await read();
      redis.disconnect();
      return after - before;
    };
  };
}

/** `null` where the task is not there, or is not what the server calls itself: then the server is on another machine. */
async function taskSeconds(task: string, name: string): Promise<number | null> {
  try {
    const [runs, command] = await Promise.all([
      readFile(`/proc/${task}/task/${task}/schedstat`, 'utf8'),
      readFile(`/proc/${task}/comm`, 'utf8'),
    ]);
    return command.trim() === name ? Number(runs.split(' ')[0]) / NS_PER_S : null;
  } catch {
    return null;
  }
}
