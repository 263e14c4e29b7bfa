import type { DataSource } from 'typeorm';
import { createTestDatabase, type DatabaseKind } from '../support/databases.js';
import type { OpenDatabase } from './store/store-bench.js';

/** Opens a test database for a contract; closes all that was opened on it. */
export async function openTestDatabase(kind: DatabaseKind): Promise<OpenDatabase> {
  const database = await createTestDatabase(kind);
  const sources: DataSource[] = [];
  return {
    async connect() {
      const source = await database.open();
      sources.push(source);
      return source;
    },
    async close() {
      await Promise.all(sources.map((source) => source.destroy()));
      await database.drop();
    },
  };
}
