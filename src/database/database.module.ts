import type { DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DataSourceOptions } from 'typeorm';
import type { Environment } from '../config/environment.js';
import { dataSourceOptions } from '../config/options.js';
import { openDatabase } from './open-database.js';

/**
 * The database server of the service, migrated; none where the messages are in the module's own SQLite file.
 *
 * @param updates whether tables of an earlier release are updated, or refused
 */
export function databaseModules(environment: Environment, updates = true): DynamicModule[] {
  const { EMAY_IMS_DATABASE_URL: url, EMAY_IMS_START_TIMEOUT_MS: startTimeoutMs } = environment;
  const dataSource = dataSourceOptions(environment);
  if (!dataSource) return [];
  return [
    TypeOrmModule.forRootAsync({
      // Retries are `openDatabase`'s, as those of TypeORM's module print stacks.
      useFactory: () => ({ ...dataSource, toRetry: () => false }),
      dataSourceFactory: (options) => openDatabase(options as DataSourceOptions, url, startTimeoutMs, updates),
    }),
  ];
}
