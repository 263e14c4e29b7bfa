import type { TypeOrmModuleOptions } from '@nestjs/typeorm';
import { EMAY_IMS_ENTITIES, EMAY_IMS_MIGRATIONS, type EmayImsAsyncOptions } from 'nestjs-emay-ims';
import { serverUrl, sqlitePath } from './database-url.js';
import { isSandbox, type Environment } from './environment.js';
import { SANDBOX_TABLES } from './sandbox-database.js';

/** The DataSource of the application; `null` where the module keeps an SQLite file of its own. */
export function dataSourceOptions(environment: Environment): TypeOrmModuleOptions | null {
  const { EMAY_IMS_DATABASE_URL: url } = environment;
  if (sqlitePath(url) !== null) return null;
  return {
    type: url.startsWith('postgres') ? 'postgres' : url.startsWith('mariadb') ? 'mariadb' : 'mysql',
    url: serverUrl(url),
    entities: EMAY_IMS_ENTITIES,
    migrations: EMAY_IMS_MIGRATIONS,
    ...(isSandbox(environment) && SANDBOX_TABLES),
  };
}

/** The module's options for a real gateway, or for the sandbox's. */
export function emayImsOptions(
  environment: Environment,
  sandbox: { baseUrl: string; appId: string; secretKey: string } | null,
): EmayImsAsyncOptions {
  const path = sqlitePath(environment.EMAY_IMS_DATABASE_URL);
  return {
    baseUrl: sandbox?.baseUrl ?? (environment.EMAY_IMS_BASE_URL ?? '').split(',').map((part) => part.trim()),
    appId: sandbox?.appId ?? environment.EMAY_IMS_APP_ID ?? '',
    secretKey: sandbox?.secretKey ?? environment.EMAY_IMS_SECRET_KEY ?? '',
    transport: environment.EMAY_IMS_TRANSPORT,
    database:
      path === null
        ? {
            dataSource: 'default',
            startTimeoutMs: environment.EMAY_IMS_START_TIMEOUT_MS,
            notify: environment.EMAY_IMS_NOTIFY,
            ...(environment.EMAY_IMS_LISTEN_ADDRESS && { listenAddress: environment.EMAY_IMS_LISTEN_ADDRESS }),
          }
        : { type: 'sqlite', path },
    http: {
      allowInsecure: environment.EMAY_IMS_ALLOW_INSECURE === true,
      timeoutMs: environment.EMAY_IMS_TIMEOUT_MS,
    },
    dispatch: { enabled: environment.EMAY_IMS_DISPATCH },
    reports: {
      // Who tries the sandbox waits for the report.
      intervalMs: environment.EMAY_IMS_REPORT_INTERVAL_MS ?? (sandbox ? 1_000 : 5_000),
      spoolPath: environment.EMAY_IMS_SPOOL_PATH,
      source: environment.EMAY_IMS_REPORTS_SOURCE,
    },
    protocol: { canary: environment.EMAY_IMS_CANARY !== false },
    retention: { days: environment.EMAY_IMS_RETENTION_DAYS },
  };
}
