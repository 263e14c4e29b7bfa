import { describe, expect, it } from '@jest/globals';
import { createTestDatabase, databasesUnderTest } from '../support/databases.js';

describe.each(databasesUnderTest())('the migrated schema on %s', (kind) => {
  it('is what the entities say: a host that runs `synchronize` or generates migrations gets no change', async () => {
    const database = await createTestDatabase(kind);
    const source = await database.open();
    try {
      const { upQueries, downQueries } = await source.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
      expect(downQueries.map(({ query }) => query)).toEqual([]);
    } finally {
      await source.destroy();
      await database.drop();
    }
  });
});
