import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import { readBaseUrl } from './base-url.js';
import { isRecord, readDatabaseOptions } from './database-options.js';
import type { EmayImsModuleOptions, ResolvedEmayImsOptions } from './module-options.js';
import { isCipherKey } from '../protocol/index.js';
import { OptionsSchema } from './options.schema.js';

const KEY_TOO_ODD =
  "secretKey must have 16, 24 or 32 bytes with transport: 'secure', where it is the AES key: check it, or ask Emay for the account's key";
const APP_ID_TOO_ODD =
  "appId must be printable ASCII without blanks with transport: 'secure', where it is an HTTP header: check it";

/**
 * Validates the options and fills in the defaults.
 *
 * @throws EmayImsOptionsError that lists every wrong option with a sentence that says what to write; it never repeats
 * the secret.
 */
export function resolveOptions(options: EmayImsModuleOptions): ResolvedEmayImsOptions {
  if (!isRecord(options)) {
    throw new EmayImsOptionsError(
      'EmayImsModule cannot start: it was given no options object: write { baseUrl, appId, secretKey, … }.',
    );
  }
  const { baseUrl, database, providers = [], ...rest } = options;
  const schema = plainToInstance(
    OptionsSchema,
    { ...rest, baseUrl: baseUrl === undefined ? [] : Array.isArray(baseUrl) ? baseUrl : [baseUrl] },
    { exposeDefaultValues: true, exposeUnsetFields: false },
  );
  const errors = validateSync(schema, { whitelist: true, forbidNonWhitelisted: true });
  const problems = errors.flatMap((error) => sentences(error));
  if (!Array.isArray(providers)) problems.push('providers must be a list of Nest providers');
  const resolvedDatabase = readDatabaseOptions(database, problems);
  const isSound = (section: keyof OptionsSchema) => !errors.some(({ property }) => property === section);
  const baseUrls: string[] = [];
  if (isSound('baseUrl') && isSound('http')) {
    for (const text of schema.baseUrl) readBaseUrl(text, schema, baseUrls, problems);
  }
  if (isSound('http')) {
    if (options.http?.connectTimeoutMs === undefined) {
      schema.http.connectTimeoutMs = Math.min(schema.http.connectTimeoutMs, schema.http.timeoutMs);
    } else if (schema.http.connectTimeoutMs > schema.http.timeoutMs) {
      problems.push('http.connectTimeoutMs must not be greater than http.timeoutMs, which it is a part of');
    }
  }
  if (isSound('dispatch') && schema.dispatch.minBackoffMs > schema.dispatch.maxBackoffMs) {
    problems.push('dispatch.minBackoffMs must not be greater than dispatch.maxBackoffMs');
  }
  if (isSound('reports') && schema.reports.cron !== null && options.reports?.intervalMs !== undefined) {
    problems.push('reports has both intervalMs and cron: leave one of them out');
  }
  if (schema.transport === 'secure') {
    if (isSound('secretKey') && !isCipherKey(schema.secretKey)) problems.push(KEY_TOO_ODD);
    if (isSound('appId') && !/^[\x21-\x7e]+$/.test(schema.appId)) problems.push(APP_ID_TOO_ODD);
  }
  if (problems.length > 0) {
    throw new EmayImsOptionsError(`EmayImsModule cannot start: ${[...new Set(problems)].join('; ')}.`);
  }
  const resolved = {
    name: schema.name,
    appId: schema.appId,
    secretKey: schema.secretKey,
    transport: schema.transport,
    baseUrls: Object.freeze(baseUrls),
    database: Object.freeze({ ...resolvedDatabase }),
    http: Object.freeze(schema.http),
    dispatch: Object.freeze(schema.dispatch),
    reports: Object.freeze(schema.reports),
    retention: Object.freeze(schema.retention),
    protocol: Object.freeze({ ...schema.protocol, answerCodes: Object.freeze({ ...schema.protocol.answerCodes }) }),
  };
  // Whoever prints the options, or anything that holds them, does not print the key.
  return Object.freeze(Object.defineProperty(resolved, 'secretKey', { enumerable: false }));
}

function sentences(error: ValidationError, path = ''): string[] {
  const property = path + error.property;
  const own = Object.entries(error.constraints ?? {}).map(([constraint, message]) =>
    constraint === 'whitelistValidation'
      ? `${property} is not an option of this module: remove it or check its spelling`
      : message.replace(error.property, property),
  );
  return [...own, ...(error.children ?? []).flatMap((child) => sentences(child, `${property}.`))];
}
