import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { EmayImsError, runEmayImsMigrations } from 'nestjs-emay-ims';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { describeDatabase } from '../config/database-url.js';
import { errorCode } from '../config/error-code.js';
import { SERVICE } from '../config/service-name.js';
import { StartError } from '../start/start-error.js';
import { connectionAdvice, passesByItself } from './connection-advice.js';
import { assertNotBehind } from './schema-check.js';

/** A server that takes the connection and says nothing. */
const LONGEST_ATTEMPT_MS = 5_000;
const SHORTEST_ATTEMPT_MS = 1_000;
const PAUSE_MS = 500;

/**
 * Connects to PostgreSQL, MySQL or MariaDB and runs the migrations; any number of instances may do so at once.
 *
 * @param url what is told of it where that fails, without its password
 * @param startTimeoutMs how long to try while the server is not up; what does not pass by itself ends it at once
 * @param updates whether tables of an earlier release are updated, or refused
 * @throws StartError
 */
export async function openDatabase(
  options: DataSourceOptions,
  url: string,
  startTimeoutMs: number,
  updates: boolean,
): Promise<DataSource> {
  const source = await connect(options, url, startTimeoutMs);
  try {
    if (!updates) await assertNotBehind(source, url);
    return await runEmayImsMigrations(source);
  } catch (error) {
    await source.destroy().catch(() => undefined); // What it was closed for is told.
    if (error instanceof EmayImsError || error instanceof StartError) throw error;
    const code = codeOf(error);
    throw new StartError(
      `The tables cannot be made or updated in ${describeDatabase(url)} (${code}). ${connectionAdvice(code)}`,
      code,
    );
  }
}

async function connect(options: DataSourceOptions, url: string, startTimeoutMs: number): Promise<DataSource> {
  const giveUpAt = performance.now() + startTimeoutMs;
  for (let isFirst = true; ; isFirst = false) {
    const left = giveUpAt - performance.now();
    const source = new DataSource(withTimeout(options, left));
    try {
      return await source.initialize();
    } catch (error) {
      const code = codeOf(error);
      if (!passesByItself(code) || performance.now() + PAUSE_MS >= giveUpAt) {
        throw new StartError(
          `The database ${describeDatabase(url)} cannot be used (${code}). ${connectionAdvice(code)}`,
          code,
        );
      }
      if (isFirst) {
        new Logger(SERVICE).warn(
          `The database ${describeDatabase(url)} cannot be reached (${code}); trying again for ${Math.ceil(left / 1000)} s.`,
        );
      }
      await pause(PAUSE_MS);
    }
  }
}

function withTimeout(options: DataSourceOptions, leftMs: number): DataSourceOptions {
  const timeout = Math.round(Math.min(Math.max(leftMs, SHORTEST_ATTEMPT_MS), LONGEST_ATTEMPT_MS));
  const limit = options.type === 'postgres' ? { connectTimeoutMS: timeout } : { connectTimeout: timeout };
  return { ...options, ...limit, migrationsRun: false } as DataSourceOptions;
}

/** `pg` gives no code to its own: its timeout and a connection that was closed are known by what they say. */
function codeOf(error: unknown): string {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  if (code === undefined && /timeout/i.test(String(message))) return 'TIMEOUT';
  if (code === undefined && /terminated|ended/i.test(String(message))) return 'CONNECTION_LOST';
  return errorCode(error);
}
