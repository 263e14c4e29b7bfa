import type { DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { runEmayImsMigrations } from 'nestjs-emay-ims';
import type { DataSourceOptions } from 'typeorm';
import type { Environment } from '../config/environment.js';
import { dataSourceOptions } from '../config/options.js';
import { openDatabase, type PrepareTables } from './open-database.js';

/**
 * The database server of the service; none where the messages are in the module's own SQLite file.
 *
 * @param prepareTables default: the migrations run; any number of instances may do so at once
 */
export function databaseModules(
  environment: Environment,
  prepareTables: PrepareTables = runEmayImsMigrations,
): DynamicModule[] {
  const { EMAY_IMS_DATABASE_URL: url, EMAY_IMS_START_TIMEOUT_MS: startTimeoutMs } = environment;
  const dataSource = dataSourceOptions(environment);
  if (!dataSource) return [];
  return [
    TypeOrmModule.forRootAsync({
      // Retries are `openDatabase`'s, as those of TypeORM's module print stacks.
      useFactory: () => ({ ...dataSource, toRetry: () => false }),
      dataSourceFactory: (options) => openDatabase(options as DataSourceOptions, url, startTimeoutMs, prepareTables),
    }),
  ];
}
