import type { DataSource } from 'typeorm';
import { dialectOf, type ServerKind } from '../../support/databases.js';

const LOCKS = {
  postgres: ['BEGIN; LOCK TABLE emay_ims_message IN ACCESS EXCLUSIVE MODE', 'ROLLBACK'],
  mysql: ['LOCK TABLES emay_ims_message WRITE', 'UNLOCK TABLES'],
} as const;

/** Keeps everybody else from reading messages, as a database that does not answer does, until it is released. */
export async function lockMessages(dataSource: DataSource): Promise<{ release(): Promise<void> }> {
  const [lock, unlock] = LOCKS[dialectOf(dataSource.options.type as ServerKind)];
  const blocker = dataSource.createQueryRunner();
  await blocker.query(lock);
  return {
    async release() {
      await blocker.query(unlock);
      await blocker.release();
    },
  };
}
