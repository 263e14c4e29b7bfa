import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { IMS_TABLES } from '../../libs/emay-ims/src/database/table-names.js';
import { createTestDatabase, serversUnderTest, type ServerKind, type TestDatabase } from '../support/databases.js';
import { CommandLine } from './command-line.js';

const SERVERS = serversUnderTest();
const GATEWAY = { EMAY_IMS_BASE_URL: 'http://127.0.0.1:9', EMAY_IMS_APP_ID: 'app', EMAY_IMS_SECRET_KEY: 'key' };

jest.setTimeout(60_000);

// The way of docs/data.md: a user that migrates, and one of the service that may not change the schema.
(SERVERS.length > 0 ? describe.each(SERVERS) : describe.skip.each<ServerKind>(['postgres']))(
  'a user of its own for migrations on %s',
  (kind) => {
    const user = `u_${randomBytes(4).toString('hex')}`;
    let database: TestDatabase;
    let admin: DataSource;
    beforeEach(async () => {
      database = await createTestDatabase(kind);
      // `open` would migrate.
      const options = { ...database.typeOrmOptions, migrationsRun: false } as DataSourceOptions;
      admin = await new DataSource(options).initialize();
      await admin.query(kind === 'postgres' ? `CREATE USER ${user}` : `CREATE USER '${user}'@'%' IDENTIFIED BY 'x'`);
    });
    afterEach(async () => {
      if (kind === 'postgres') await admin.query(`DROP OWNED BY ${user}`);
      await admin.query(kind === 'postgres' ? `DROP USER ${user}` : `DROP USER '${user}'@'%'`);
      await admin.destroy();
      await database.drop();
    });
    const grant = async (rights: string, tables: readonly string[]) => {
      const to = kind === 'postgres' ? user : `'${user}'@'%'`;
      for (const table of tables) await admin.query(`GRANT ${rights} ON ${table} TO ${to}`);
    };
    const as = async (url: string, ...args: string[]) => {
      const cli = await CommandLine.open({ ...GATEWAY, EMAY_IMS_DATABASE_URL: url });
      try {
        return await cli.run(args);
      } finally {
        await cli.close();
      }
    };

    it('migrate of that user makes the tables; the other needs to read migrations, and no right on the schema', async () => {
      const own = new URL(database.url);
      own.username = user;
      if (kind !== 'postgres') own.password = 'x';
      expect((await as(database.url, 'migrate')).code).toBe(0);
      await grant('SELECT, INSERT, UPDATE, DELETE', IMS_TABLES);
      const blind = await as(own.href, 'status');
      expect([blind.code, blind.stderr]).toEqual([1, expect.stringContaining('run them as another user first')]);
      await grant('SELECT', ['migrations']);
      const seeing = await as(own.href, 'status', '--check');
      expect([seeing.code, seeing.stdout]).toEqual([0, expect.stringContaining('Nothing needs a person.')]);
    });
  },
);
