import { QueryFailedError } from 'typeorm';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';

const TRANSIENT = new Set([
  '40001', // PostgreSQL: serialization failure
  '40P01', // PostgreSQL: deadlock detected
  'ER_LOCK_DEADLOCK',
  'ER_CHECKREAD', // MariaDB: record has changed since last read
  'SQLITE_BUSY',
  'SQLITE_BUSY_SNAPSHOT',
]);

/** Whether the database asked to try the same again. */
export function isTransient(error: unknown): boolean {
  return error instanceof EmayImsStoreError && TRANSIENT.has(error.driverCode);
}

/**
 * Runs one call of the driver; what it throws comes out as its code alone. A `QueryFailedError` holds the parameters
 * and a driver's message may quote them, so neither is kept.
 */
export async function withoutData<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new EmayImsStoreError(driverCode(error));
  }
}

function driverCode(error: unknown): string {
  const source: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (typeof source !== 'object' || source === null) return 'UNKNOWN';
  if ('code' in source && typeof source.code === 'string' && source.code !== '') return source.code;
  return 'name' in source && typeof source.name === 'string' ? source.name : 'UNKNOWN';
}
