import { Logger } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { CronTime } from 'cron';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import type { EmayImsDatabaseOptions, EmayImsModuleOptions, ResolvedEmayImsOptions } from './module-options.js';
import { OptionsSchema } from './options.schema.js';

/**
 * Validates the options and fills in the defaults.
 *
 * @throws EmayImsOptionsError that lists every wrong option with a sentence that says what to write; it never repeats
 * the secret.
 */
export function resolveOptions(options: EmayImsModuleOptions): ResolvedEmayImsOptions {
  const { baseUrl, database, isGlobal: _isGlobal, ...rest } = options ?? ({} as EmayImsModuleOptions);
  const schema = plainToInstance(
    OptionsSchema,
    { ...rest, baseUrls: baseUrl === undefined ? [] : Array.isArray(baseUrl) ? baseUrl : [baseUrl] },
    { exposeDefaultValues: true, exposeUnsetFields: false },
  );
  const problems = validateSync(schema, { whitelist: true, forbidNonWhitelisted: true }).flatMap((error) =>
    sentences(error),
  );
  const baseUrls: string[] = [];
  if (problems.length === 0) {
    for (const url of schema.baseUrls) problems.push(...baseUrlProblems(url, schema, baseUrls));
    problems.push(...databaseProblems(database), ...reportProblems(schema));
    if (schema.dispatch.minBackoffMs > schema.dispatch.maxBackoffMs) {
      problems.push('dispatch.minBackoffMs must not be greater than dispatch.maxBackoffMs');
    }
  }
  if (problems.length > 0) {
    throw new EmayImsOptionsError(`EmayImsModule cannot start: ${[...new Set(problems)].join('; ')}.`);
  }
  const { baseUrls: _raw, name, appId, secretKey, http, dispatch, reports, protocol } = schema;
  return Object.freeze({
    name,
    appId,
    secretKey,
    baseUrls: Object.freeze(baseUrls),
    database: Object.freeze(database ?? { dataSource: 'default' }),
    http: Object.freeze({ ...http }),
    dispatch: Object.freeze({ ...dispatch }),
    reports: Object.freeze({ ...reports }),
    protocol: Object.freeze({ ...protocol }),
  });
}

function sentences(error: ValidationError, path = ''): string[] {
  const property = path + error.property.replace('baseUrls', 'baseUrl');
  const own = Object.entries(error.constraints ?? {}).map(([constraint, message]) =>
    constraint === 'whitelistValidation'
      ? `${property} is not an option of this module: remove it or check its spelling`
      : message.replace(error.property, property),
  );
  return [...own, ...(error.children ?? []).flatMap((child) => sentences(child, `${property}.`))];
}

function baseUrlProblems(text: string, { http }: OptionsSchema, baseUrls: string[]): string[] {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return ['baseUrl is not a URL: write it with its scheme and port, such as "https://host:port"'];
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return ['baseUrl must begin with https:// (or http://)'];
  if (url.username || url.password) return ['baseUrl must not hold a user name or password'];
  if (url.search || url.hash) return ['baseUrl must not hold a query or fragment'];
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !http.allowInsecure) {
    const why =
      'the signature covers neither the text nor the order of a request, so whoever sees the wire can alter it';
    if (process.env.NODE_ENV === 'production') {
      return [
        `baseUrl ${url.host} is plain http to another machine: ${why}. Use https (or a TLS-terminating proxy or private ` +
          'link), or set http.allowInsecure: true if you know the way is safe',
      ];
    }
    new Logger('EmayImsModule').warn(`baseUrl ${url.host} is plain http to another machine: ${why}.`);
  }
  baseUrls.push(url.href.replace(/\/+$/, ''));
  return [];
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function databaseProblems(database: EmayImsDatabaseOptions | undefined): string[] {
  if (database === undefined) return [];
  const isSqlite = 'type' in database && database.type === 'sqlite';
  if (isSqlite && typeof database.path === 'string' && database.path !== '') return [];
  if (!isSqlite && 'dataSource' in database && typeof database.dataSource === 'string' && database.dataSource !== '') {
    return [];
  }
  return [
    "database must be { type: 'sqlite', path: './data/ims.sqlite' } or { dataSource: 'name of your DataSource' }",
  ];
}

function reportProblems({ reports }: OptionsSchema): string[] {
  if (reports.cron === null) return [];
  try {
    new CronTime(reports.cron);
    return [];
  } catch {
    return ['reports.cron is not a cron expression: write e.g. "*/10 * * * * *" for every ten seconds'];
  }
}
