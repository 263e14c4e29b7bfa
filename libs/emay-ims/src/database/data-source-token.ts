import type { InjectionToken } from '@nestjs/common';
import { DataSource } from 'typeorm';

/**
 * What `TypeOrmModule` provides a DataSource under. `@nestjs/typeorm` says the same, but is not needed for anything
 * else: an account with an SQLite file of its own does without it.
 */
export function getDataSourceToken(name: string): InjectionToken<DataSource> {
  return name === 'default' ? DataSource : `${name}DataSource`;
}

/** Whether another copy of TypeORM, as package managers may install, provides its default DataSource under that. */
export function isDataSourceOfCopy(token: InjectionToken): boolean {
  // A host may have a class of that name that is no DataSource at all.
  if (typeof token !== 'function' || token.name !== DataSource.name) return false;
  return 'createQueryRunner' in Object(token.prototype);
}
