import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EMAY_IMS_MIGRATIONS } from 'nestjs-emay-ims';
import { createTestDatabase, databasesUnderTest, type TestDatabase } from '../support/databases.js';
import { CommandLine } from './command-line.js';

jest.setTimeout(120_000);

const LAST = EMAY_IMS_MIGRATIONS.at(-1)?.name ?? '';
const GATEWAY = { EMAY_IMS_BASE_URL: 'http://127.0.0.1:1', EMAY_IMS_APP_ID: 'app', EMAY_IMS_SECRET_KEY: 'key' };
const COMMANDS = [
  ['status'],
  ['list'],
  ['pull'],
  ['send', '--to', '+61422118000', '--text', 'Hi'],
  ['send-batch', '--csv', '-', '--campaign', 'spring', '--text', 'Hi', '--no-wait'],
];

describe.each(databasesUnderTest())('commands on %s', (kind) => {
  const table = kind === 'sqlite' ? 'emay_ims_migration' : 'migrations';
  let database: TestDatabase;
  let cli: CommandLine;
  beforeEach(async () => {
    database = await createTestDatabase(kind);
    cli = await CommandLine.open({ ...GATEWAY, EMAY_IMS_DATABASE_URL: database.url });
  });
  afterEach(async () => {
    await cli.close();
    await database.drop();
  });
  const refused = async (args: readonly string[], sentence: RegExp) => {
    const { code, stdout, stderr } = await cli.run(args, 'mobile\n+61422118000\n');
    expect(stderr).toMatch(sentence);
    expect([code, stdout]).toEqual([1, '']);
  };

  it('leave the tables of an earlier release as they are, until `migrate` is asked to update them', async () => {
    const source = await database.open();
    // A migration may run again where it has run already.
    await source.query(`DELETE FROM ${table} WHERE name = '${LAST}'`).finally(() => source.destroy());
    for (const args of COMMANDS) {
      await refused(args, new RegExp(`SCHEMA_BEHIND: .*earlier release .*${LAST}.*stopped.*\`migrate\``));
    }
    expect((await cli.run(['doctor'])).stdout).toMatch(new RegExp(`^\\[fail\\] .*pending: ${LAST}`, 'm'));
    for (const command of ['migrate', 'status', 'migrate']) {
      expect(await cli.run([command])).toMatchObject({ code: 0 });
    }
  });

  it('make the tables where there are none', async () => {
    expect(await cli.run(['status'])).toMatchObject({ code: 0 });
  });
});
