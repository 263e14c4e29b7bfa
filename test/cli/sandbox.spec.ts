import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createTestDatabase, databasesUnderTest, type TestDatabase } from '../support/databases.js';
import { CommandLine, GatewayProcess } from './command-line.js';

type States = Record<string, number>;

const BATCH = ['send-batch', '--csv', '-', '--campaign', 'spring', '--text', 'Hello'];
const TABLE = 'mobile\n+61422118000\n+61422118001\n';

jest.setTimeout(120_000);

describe.each(databasesUnderTest())('a sandbox that is given the database of a real gateway, on %s', (kind) => {
  let gateway: GatewayProcess;
  let database: TestDatabase;
  let real: CommandLine;
  let sandbox: CommandLine;
  beforeAll(async () => {
    gateway = await GatewayProcess.start();
  });
  afterAll(() => gateway.stop());
  beforeEach(async () => {
    database = await createTestDatabase(kind);
    await (await database.open()).destroy();
    const EMAY_IMS_DATABASE_URL = database.url;
    real = await CommandLine.open({ ...gateway.variables, EMAY_IMS_DATABASE_URL });
    sandbox = await CommandLine.open({ EMAY_IMS_DATABASE_URL, EMAY_IMS_SANDBOX: 'true' });
  });
  afterEach(async () => {
    await real.close();
    await sandbox.close();
    await database.drop();
  });
  const statesOf = async (cli: CommandLine) => (await cli.json<{ states: States }>('status')).states;

  it('submits none of its messages to the simulator, and the real gateway gets none of the sandbox', async () => {
    expect(await real.run([...BATCH, '--no-wait'], TABLE)).toMatchObject({ code: 0 });
    const tried = await sandbox.run([...BATCH, '--json'], TABLE);
    expect(JSON.parse(tried.stdout)).toMatchObject({ stored: 2, repeated: 0, states: { ACCEPTED: 2 } });
    expect(await statesOf(real)).toMatchObject({ QUEUED: 2, ACCEPTED: 0 });
    expect(await sandbox.run([...BATCH.slice(0, -1), 'Later', '--no-wait'], TABLE)).toMatchObject({ code: 0 });
    const before = (await gateway.accepted()).length;
    const sent = await real.run([...BATCH, '--json'], TABLE);
    expect(JSON.parse(sent.stdout)).toMatchObject({ stored: 0, repeated: 2, states: { ACCEPTED: 2 } });
    expect((await gateway.accepted()).length - before).toBe(2);
    expect(await statesOf(sandbox)).toMatchObject({ QUEUED: 2, ACCEPTED: 2 });
  });

  it('is examined by doctor where its own tables are', async () => {
    await sandbox.run(['status']);
    expect(await sandbox.run(['doctor'])).toMatchObject({ code: 0 });
  });
});

describe('without credentials', () => {
  const opened: CommandLine[] = [];
  afterEach(async () => {
    for (const cli of opened.splice(0)) await cli.close();
  });
  const open = async (variables: NodeJS.ProcessEnv) => {
    const cli = await CommandLine.open(variables);
    opened.push(cli);
    return cli;
  };
  const SEND = ['send', '--to', '+61422118000', '--text', 'Hello'];
  const COMMANDS = [
    SEND,
    BATCH,
    ['status'],
    ['list'],
    ['cancel', 'one'],
    ['pull'],
    ['acknowledge'],
    ['unconfirmed', 'resolve', '--all', '--decision', 'give-up', '--by', 'me', '--reason', 'none'],
    ['doctor'],
  ];

  it('each answer says that it comes from a sandbox', async () => {
    const cli = await open({});
    for (const args of COMMANDS) {
      expect((await cli.run(args, TABLE)).stdout).toMatch(/^SANDBOX: .*nothing is sent/);
      const { code, stdout, stderr } = await cli.run([...args, '--json'], TABLE);
      expect(JSON.parse(stdout)).toMatchObject({ sandbox: true });
      expect(stderr).toMatch(/^SANDBOX, as no EMAY_IMS_ credentials are set in .*sandbox\.sqlite/);
      expect(code).toBe(args[0] === 'cancel' ? 1 : 0); // There is no such message.
    }
  });

  it('a monitor is not told that all is well, unless the sandbox was asked for', async () => {
    const unasked = await open({});
    const { code, stdout } = await unasked.run(['status', '--check']);
    expect(stdout).toMatch(/^! no credentials are set: .*nothing real was checked/m);
    expect(stdout).not.toContain('Nothing needs a person');
    expect(code).toBe(1);
    const asked = await open({ EMAY_IMS_SANDBOX: 'true' });
    expect(await asked.run(['status', '--check'])).toMatchObject({ code: 0 });
  });

  it('the tables of a sandbox are not taken for those of the service, whose owner may have no credentials', async () => {
    const unasked = await open({ EMAY_IMS_DATABASE_URL: 'sqlite:ims.sqlite' });
    const { code, stderr } = await unasked.run(['migrate']);
    expect(stderr).toMatch(/WRONG_USAGE: No credentials are set: .*tables of a sandbox/);
    expect(code).toBe(2);
    const asked = await open({ EMAY_IMS_SANDBOX: 'true' });
    expect(await asked.run(['migrate'])).toMatchObject({ code: 0 });
  });

  it('nothing is tried in production, where a sandbox must be asked for', async () => {
    const cli = await open({ NODE_ENV: 'production' });
    for (const args of COMMANDS) {
      const { code, stdout, stderr } = await cli.run(args, TABLE);
      expect(stdout + stderr).toMatch(/EMAY_IMS_SECRET_KEY must be set: .*EMAY_IMS_SANDBOX=true/);
      expect(code).toBe(args[0] === 'doctor' ? 1 : 2);
    }
    expect(existsSync(join(cli.folder, 'data'))).toBe(false);
  });
});
