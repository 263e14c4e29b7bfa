import type { DataSource, EntityManager, QueryRunner } from 'typeorm';

/** The DataSource behind a query runner or a manager; TypeORM 0.3 calls it `connection` there, and nothing else. */
export function dataSourceOf({ dataSource, connection }: QueryRunner | EntityManager): DataSource {
  return (dataSource as DataSource | undefined) ?? connection;
}
