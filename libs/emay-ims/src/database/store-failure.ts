import { QueryFailedError } from 'typeorm';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';

const TRANSIENT = new Set([
  '40001', // PostgreSQL: serialization failure
  '40P01', // PostgreSQL: deadlock detected
  'ER_LOCK_DEADLOCK',
  'ER_TRANSACTION_ROLLBACK_DURING_COMMIT', // MySQL: a conflict in Group Replication
  'ER_CHECKREAD', // MariaDB: record has changed since last read
  'SQLITE_BUSY',
  'SQLITE_BUSY_SNAPSHOT',
]);

/** Whether the database asked to try the same again; never where its answer is missing. */
export function isTransient(error: unknown): boolean {
  return error instanceof EmayImsStoreError && !error.mayBeStored && TRANSIENT.has(error.driverCode);
}

/** Whether the connection is gone. */
export function isConnectionLost(error: unknown): boolean {
  return error instanceof EmayImsStoreError && error.driverCode === 'CONNECTION_LOST';
}

/** SQLSTATEs of PostgreSQL with which the server itself ends the connection. */
const CLOSES = /^(08|57P|25P0[34])/;
/** Those with which it says that it is in no state to serve. */
const BROKEN = /^(28|53|58|XX)/;
/** Shutdown, aborted, killed (MariaDB), waited for too long. By number, here and below: `mysql2` does not name all. */
const CLOSES_MYSQL = new Set([1053, 1077, 1079, 1080, 1152, 1184, 1927, 4031]);
/** The server takes no writes (read only, InnoDB too, a transaction that the session has made so), is outside of its cluster (Galera), or offline. */
const UNFIT_MYSQL = new Set([1290, 1836, 1792, 1047, 3032]);

/**
 * What a failure that the driver reports says of the connection.
 *
 * - `sound`: the server itself said no to the statement.
 * - `unfit`: so it did, as it serves nobody in this way: it may have become a standby while its connections live on. A new connection may
 *   lead to another server. On PostgreSQL BEGIN says so.
 * - `closed`: by the server, or on the way.
 * - `silent`: a time limit of the driver is over, and the statement may still run.
 * - `unknown`: anything else leaves open what the server does.
 */
export type ConnectionState = 'sound' | 'unfit' | 'closed' | 'silent' | 'unknown';

export function stateAfter(error: unknown): ConnectionState {
  const { code, severity, sqlState, errno, fatal } = Object(error) as Record<string, unknown>;
  // `pg` has it from the server's answer. A code alone proves nothing: EPIPE looks like an SQLSTATE.
  if (typeof severity === 'string') {
    if (CLOSES.test(String(code))) return 'closed';
    return BROKEN.test(String(code)) ? 'unknown' : 'sound';
  }
  const number = Number(errno);
  // From 2,000 to 2,999 they are errors of a client.
  if (typeof sqlState === 'string' && fatal !== true && (number < 2_000 || number >= 3_000)) {
    if (CLOSES_MYSQL.has(number)) return 'closed';
    return UNFIT_MYSQL.has(number) ? 'unfit' : 'sound';
  }
  const ours = driverCode(error);
  if (ours === 'DRIVER_TIMEOUT') return 'silent';
  return fatal === true || typeof code === 'string' || ours === 'CONNECTION_LOST' ? 'closed' : 'unknown';
}

/** What the server itself said no to, on a connection that is in order. */
const REFUSALS = new WeakSet<EmayImsStoreError>();

/** Whether the server itself refused the statement. */
export function isRefusal(error: unknown): error is EmayImsStoreError {
  return error instanceof EmayImsStoreError && REFUSALS.has(error);
}

/** `max_statement_time` is over: one that `mysql2` has no name for. */
const MARIADB_STATEMENT_TIMEOUT = 1969;

/** SQLSTATE classes with which PostgreSQL refuses a COMMIT: constraints, conflicts, an aborted transaction. */
const REFUSED_COMMIT = /^(23|25|40)...$/;
/** How MySQL and MariaDB do: those of SQLSTATE class 40, and a server that has become read only, which then rolls back. */
const REFUSED_COMMIT_MYSQL = new Set([
  'ER_LOCK_DEADLOCK',
  'ER_TRANSACTION_ROLLBACK_DURING_COMMIT',
  'ER_OPTION_PREVENTS_STATEMENT',
]);

/** Whether a COMMIT provably had no effect. */
export function isRefusedCommit(error: unknown): boolean {
  if (!(error instanceof EmayImsStoreError)) return false;
  const { driverCode: code } = error;
  return (REFUSED_COMMIT.test(code) && code !== '40003') || REFUSED_COMMIT_MYSQL.has(code);
}

/**
 * Runs one call of the driver; what it throws comes out as its code alone. A `QueryFailedError` holds the parameters
 * and a driver's message may quote them, so neither is kept.
 */
export async function withoutData<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw storeErrorOf(error);
  }
}

/** What a driver threw, by its code alone. */
export function storeErrorOf(error: unknown): EmayImsStoreError {
  if (error instanceof EmayImsStoreError) return error;
  const failure = new EmayImsStoreError(driverCode(error));
  const state = stateAfter(error);
  if (state === 'sound' || state === 'unfit') REFUSALS.add(failure);
  return failure;
}

function driverCode(error: unknown): string {
  const source: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (typeof source !== 'object' || source === null) return 'UNKNOWN';
  if ('errno' in source && source.errno === MARIADB_STATEMENT_TIMEOUT) return 'ER_STATEMENT_TIMEOUT';
  if ('code' in source && typeof source.code === 'string' && source.code !== '') return source.code;
  // The drivers tell their own time limits and lost connections by their message alone.
  const message = 'message' in source ? String(source.message) : '';
  if (/timeout/i.test(message)) return 'DRIVER_TIMEOUT';
  if (/^Connection terminated|^Client (has encountered a connection error|was closed)|in closed state$/.test(message))
    return 'CONNECTION_LOST';
  return 'name' in source && typeof source.name === 'string' ? source.name : 'UNKNOWN';
}
