import { describe, it } from '@jest/globals';
import { openEmbeddedSqlite } from '../../libs/emay-ims/src/schema/embedded-sqlite.js';
import { createTestDatabase, databasesUnderTest } from '../support/databases.js';
import { describeMessageStore } from './message-store.contract.js';
import { openTestDatabase } from './open-database.js';

for (const kind of databasesUnderTest()) describeMessageStore(kind, () => openTestDatabase(kind));

// Not a dependency: its binaries need GitHub or a compiler.
const driverName: string = 'better-sqlite3';
const isInstalled = await import(driverName).then(
  () => true,
  () => false,
);

if (isInstalled) {
  describeMessageStore('sqlite with better-sqlite3 as its driver', async () => {
    const database = await createTestDatabase('sqlite');
    const opened: { destroy(): Promise<void> }[] = [];
    return {
      async connect() {
        const source = await openEmbeddedSqlite(database.url.slice('sqlite:'.length), driverName);
        opened.push(source);
        return source;
      },
      async close() {
        await Promise.all(opened.map((source) => source.destroy()));
        await database.drop();
      },
    };
  });
} else {
  describe('the message store on sqlite with better-sqlite3 as its driver', () => {
    // oxlint-disable-next-line jest/no-disabled-tests -- said out loud, and run where the driver is there
    it.skip('SKIPPED: better-sqlite3 is not installed; `npm install --no-save better-sqlite3` adds it for this run', () => {});
  });
}
