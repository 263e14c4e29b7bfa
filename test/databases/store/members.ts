import { afterAll, beforeAll } from '@jest/globals';
import type { ImsDatabase } from '../../../libs/emay-ims/src/database/ims-database.js';
import type { DatabaseKind } from '../../support/databases.js';
import { openTestDatabase } from '../open-database.js';
import type { Member } from './history.js';
import { StoreBench } from './store-bench.js';

const PROCESSES = 3;

/** Processes over one database, each with a connection of its own, for the tests of a block. */
export function useMembers(kind: DatabaseKind) {
  let bench: StoreBench;
  const databases: ImsDatabase[] = [];
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
    while (databases.length < PROCESSES) databases.push(await bench.anotherDatabase());
  });
  afterAll(() => bench?.close());
  return {
    databases,
    bench: () => bench,
    /** They work on one account, which is new. */
    members(): [Member, ...Member[]] {
      const { account } = bench.store();
      return databases.map((database) => ({
        database,
        store: bench.store(account, database),
        host: kind === 'sqlite' ? null : database.dataSource,
      })) as [Member, ...Member[]];
    },
  };
}
