import { DEFAULT_LIMITS } from '../database/pooled-connection.js';
import type {
  EmayImsDatabaseOptions,
  EmayImsServerDatabaseOptions,
  ResolvedDatabaseOptions,
} from './module-options.js';

const NUMBERS = { poolSize: 10, startTimeoutMs: 10_000, ...DEFAULT_LIMITS };
const SWITCHES = { notify: true, notifyJoined: false };
const DEFAULTS = { ...NUMBERS, ...SWITCHES };
/** The least and the most that each takes. */
const LIMITS: Readonly<Record<keyof typeof NUMBERS, readonly [number, number]>> = {
  // One for a statement, one for the pull or the purge that holds a lease meanwhile.
  poolSize: [2, 1_000],
  statementTimeoutMs: [1_000, 3_600_000],
  poolTimeoutMs: [100, 3_600_000],
  startTimeoutMs: [0, 3_600_000],
};
const NAMES = ['schema', 'entityPrefix'] as const;
const EITHER =
  "database must be { type: 'sqlite', path: './data/ims.sqlite' } or { dataSource: 'name of your DataSource' }";

/** Fills in the defaults of `database`, or adds what is wrong with it to `problems`. */
export function readDatabaseOptions(database: unknown, problems: string[]): ResolvedDatabaseOptions {
  const given = database === undefined ? { dataSource: 'default' } : database;
  const found = problemsOf(given);
  problems.push(...found);
  const options = given as EmayImsDatabaseOptions;
  return found.length > 0 || 'type' in options ? (options as ResolvedDatabaseOptions) : withDefaults(options);
}

function withDefaults(options: EmayImsServerDatabaseOptions): ResolvedDatabaseOptions {
  const known = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...DEFAULTS, ...Object.fromEntries(known) } as ResolvedDatabaseOptions;
}

function problemsOf(database: unknown): string[] {
  if (!isRecord(database)) return [EITHER];
  const isSqlite = database.type === 'sqlite';
  if (isSqlite && typeof database.path === 'string' && /^(:|file:|sqlite:|[a-z]+:\/\/)/i.test(database.path)) {
    return [
      "database.path must be the path of a file, e.g. './data/ims.sqlite', and no URL: what is kept in memory is lost with the process",
    ];
  }
  if (isSqlite && database.driver !== undefined && database.driver !== null && !isText(database.driver)) {
    return [
      "database.driver must be the name or path of a better-sqlite3-compatible module: write driver: 'better-sqlite3'. Its class, or the " +
        'module itself, cannot enter the thread that SQLite runs in',
    ];
  }
  const place = isSqlite ? database.path : database.dataSource;
  if (!isText(place)) return [EITHER];
  const known = isSqlite
    ? ['type', 'path', 'driver']
    : ['dataSource', 'currentManager', 'listenAddress', ...NAMES, ...Object.keys(DEFAULTS)];
  const given = Object.keys(database).filter((key) => database[key] !== undefined);
  const unknown = given
    .filter((key) => !known.includes(key))
    .map((key) =>
      key === 'currentManager'
        ? 'database.currentManager needs database.dataSource: an SQLite file is a database of its own and joins no transaction'
        : `database.${key} is not an option of this module: remove it or check its spelling`,
    );
  if (isSqlite) return unknown;
  return [
    ...unknown,
    ...(given.includes('currentManager') && typeof database.currentManager !== 'function'
      ? ['database.currentManager must be a function such as (dataSource) => dataSource.manager']
      : []),
    ...Object.keys(SWITCHES)
      .filter((key) => given.includes(key) && typeof database[key] !== 'boolean')
      .map((key) => `database.${key} must be true or false`),
    ...(database.notify === false && database.notifyJoined === true
      ? ['database.notifyJoined needs database.notify: leave one of them out']
      : []),
    ...(given.includes('listenAddress') && !isAddress(database.listenAddress)
      ? [
          "database.listenAddress must be 'host:port' or 'host:port/database' of the PostgreSQL server itself, without user and password",
        ]
      : []),
    ...NAMES.filter((key) => given.includes(key) && typeof database[key] !== 'string').map(
      (key) => `database.${key} must be a string, as in the options of your DataSource`,
    ),
    ...Object.entries(LIMITS)
      .filter(([key, [least, most]]) => {
        const value = database[key];
        return given.includes(key) && !(Number.isInteger(value) && Number(value) >= least && Number(value) <= most);
      })
      .map(([key, [least, most]]) => {
        const what = key.endsWith('Ms') ? 'a whole number of milliseconds' : 'a whole number';
        return `database.${key} must be ${what} from ${least} to ${most}`;
      }),
  ];
}

function isAddress(value: unknown): boolean {
  if (typeof value !== 'string' || !/^[^/@?#\s]+(\/[^/@?#\s]+)?$/.test(value)) return false;
  return URL.canParse(`postgres://${value}`) && new URL(`postgres://${value}`).hostname !== '';
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
