import type { TypeOrmModuleOptions } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { connectionAdvice } from '../../database/connection-advice.js';
import { pendingMigrations } from '../../database/schema-check.js';
import { databaseTime } from '../database-clock.js';
import { errorCode } from '../error-code.js';
import { fail, notVerified, ok, type Check } from './check.js';
import { readingOf, type ClockReading } from './clock-check.js';

/** What was found about a database server. */
export interface DatabaseFindings {
  checks: Check[];
  clock: ClockReading | null;
  /** Whether the service could work with it as it is. */
  isUsable: boolean;
}

/** A server that takes the connection and says nothing must not keep a person waiting. */
const CONNECT_TIMEOUT_MS = 5_000;

/** Connects to PostgreSQL, MySQL or MariaDB, changes nothing, and closes the connection. */
export async function examineServer(options: TypeOrmModuleOptions): Promise<DatabaseFindings> {
  const timeout =
    options.type === 'postgres' ? { connectTimeoutMS: CONNECT_TIMEOUT_MS } : { connectTimeout: CONNECT_TIMEOUT_MS };
  const source = new DataSource({ ...options, ...timeout, migrationsRun: false } as DataSourceOptions);
  try {
    await source.initialize();
  } catch (error) {
    const code = errorCode(error);
    const database = fail('database', `cannot be reached (${code})`, connectionAdvice(code));
    return { checks: [database], clock: null, isUsable: false };
  }
  try {
    return await examineConnected(source);
  } catch (error) {
    return { checks: [fail('database', `failed with ${errorCode(error)}`)], clock: null, isUsable: false };
  } finally {
    await source.destroy();
  }
}

async function examineConnected(source: DataSource): Promise<DatabaseFindings> {
  const { type } = source.options;
  const askedAt = Date.now();
  const now = await databaseTime(source);
  const clock = readingOf('the database', now, askedAt, Date.now());
  const pending = await pendingMigrations(source);
  if (pending.length > 0) {
    const todo =
      'Read docs/upgrading.md: some need every instance stopped. Then `migrate` runs them, or the start of the service.';
    const migrations = fail('migrations', `pending: ${pending.join(', ')}`, todo);
    return {
      checks: [notVerified('database', `${type}: answers; not written to without its tables`), migrations],
      clock,
      isUsable: false,
    };
  }
  const refused = await refusalToWrite(source);
  const database =
    refused === null
      ? ok('database', `${type}: read and written to`)
      : fail(
          'database',
          `${type}: cannot be written to (${refused})`,
          'Grant SELECT, INSERT, UPDATE and DELETE on the tables emay_ims_*, on a server that is no standby.',
        );
  return { checks: [database, ok('migrations', 'none pending')], clock, isUsable: refused === null };
}

/** Writes a row and takes it back; the code of what keeps it from being written, or `null`. */
async function refusalToWrite(source: DataSource): Promise<string | null> {
  const runner = source.createQueryRunner();
  try {
    await runner.startTransaction();
    const { entityPrefix = '' } = source.options;
    await runner.query(
      `INSERT INTO ${entityPrefix}emay_ims_lease (name, holder, expires_at) VALUES ('doctor:${process.pid}', 'doctor', 0)`,
    );
    return null;
  } catch (error) {
    return errorCode(error);
  } finally {
    await runner.rollbackTransaction().catch(() => undefined);
    await runner.release();
  }
}
