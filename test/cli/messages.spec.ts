import { outcomeOf } from '../../libs/emay-ims/src/message-store/listed-outcome.js';
import { stat } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { ImsMessage, type ImsMessageState } from 'nestjs-emay-ims';
import type { DataSource } from 'typeorm';
import { createTestDatabase, databasesUnderTest, type TestDatabase } from '../support/databases.js';
import { CommandLine, GatewayProcess } from './command-line.js';

interface Listed {
  items: { customImsId: string; mobile: string; content?: string }[];
  nextCursor: string | null;
}

const NOON = Date.parse('2030-01-31T12:00:00Z');
const DECISION = ['--by', 'night shift', '--reason', 'The account at Emay says that nothing came.'];

/** Some steps are processes that start. */
jest.setTimeout(120_000);

describe.each(databasesUnderTest())('messages at the command line on %s', (kind) => {
  let gateway: GatewayProcess;
  let database: TestDatabase;
  let source: DataSource;
  let cli: CommandLine;
  beforeAll(async () => {
    gateway = await GatewayProcess.start();
  });
  afterAll(() => gateway.stop());
  beforeEach(async () => {
    database = await createTestDatabase(kind);
    source = await database.open();
    cli = await CommandLine.open({ ...gateway.variables, EMAY_IMS_DATABASE_URL: database.url });
  });
  afterEach(async () => {
    await cli.close();
    await source.destroy();
    await database.drop();
  });

  const store = async (id: string, state: ImsMessageState, more: Partial<ImsMessage> = {}) =>
    storeAll([id], state, () => more);
  const storeAll = async (ids: string[], state: ImsMessageState, more: (row: number) => Partial<ImsMessage>) => {
    const messages = ids.map((customImsId, row) => ({
      ...{
        account: 'default',
        customImsId,
        mobile: '+61422118000',
        content: 'A text',
        state,
        priority: 0,
        attempts: 1,
      },
      ...{ createdAt: new Date(NOON), outcome: outcomeOf(state) },
      ...more(row),
    }));
    for (let start = 0; start < messages.length; start += 100) {
      await source.getRepository(ImsMessage).insert(messages.slice(start, start + 100) as object[]);
    }
  };
  const manyIds = Array.from({ length: 1_100 }, (_, row) => `m-${row}`);
  const storeMany = () => storeAll(manyIds, 'DELIVERED', (row) => ({ createdAt: new Date(NOON + row) }));
  const idsIn = async (...args: string[]) =>
    (await cli.json<Listed>('list', ...args)).items.map(({ customImsId }) => customImsId);

  it('list finds by state, number, code and time, page by page, masked unless they are to be revealed', async () => {
    await store('a', 'DELIVERED', { createdAt: new Date(NOON - 1_000) });
    await store('b', 'UNCONFIRMED', { code: 'ECONNRESET' });
    await store('c', 'REJECTED', { code: 'ERROR_BALANCE', mobile: '+61422118001' });
    expect(await idsIn()).toEqual(['c', 'b', 'a']);
    expect(await idsIn('--state', 'rejected,delivered')).toEqual(['c', 'a']);
    expect(await idsIn('--mobile', '+61 422-118-001')).toEqual(['c']);
    expect(await idsIn('--code', 'ECONNRESET')).toEqual(['b']);
    expect(await idsIn('--id-prefix', 'b', '--state', 'UNCONFIRMED,REJECTED')).toEqual(['b']);
    expect(await idsIn('--created-before', '2030-01-31T20:00:00+08:00')).toEqual(['a']);
    expect(await idsIn('--created-from', '2030-01-31T12:00:00Z', '--state', 'UNCONFIRMED')).toEqual(['b']);
    const { stdout, stderr } = await cli.run(['list', '--limit', '2']);
    expect(stdout).toMatch(/^c +\+614\*+01 +REJECTED +ERROR_BALANCE +2030-01-31T12:00:00\.000Z$/m);
    const cursor = /--cursor (\S+)/.exec(stderr)?.[1] ?? '';
    expect(await idsIn('--limit', '2', '--cursor', cursor)).toEqual(['a']);
    expect((await cli.run(['list', '--reveal', '--code', 'ECONNRESET'])).stdout).toMatch(
      /^b +\+61422118000 .*A text$/m,
    );
    expect(await cli.run(['list', '--code', 'NONE'])).toMatchObject({ code: 0, stdout: 'No message is like that.\n' });
  });

  it.each([
    [['--state', 'SENT'], /state: must be one or more of QUEUED/],
    [['--mobile', '12'], /mobile: must be an international number/],
    [['--created-from', 'yesterday'], /createdFrom: must be a Date, or a time as text with its zone/],
    [['--id-prefix', 'a b'], /customImsIdPrefix: must be printable ASCII/],
    [['--cursor', 'x'], /cursor: must be the nextCursor/],
  ])('list %j is wrong usage', async (args, sentence) => {
    const { code, stderr } = await cli.run(['list', ...args]);
    expect(stderr).toMatch(sentence);
    expect(code).toBe(2);
  });

  it('show tells all that is known of one, and the decisions about it', async () => {
    await store('b', 'UNCONFIRMED', { code: 'ECONNRESET', attempts: 2 });
    await cli.run(['unconfirmed', 'resolve', 'b', '--decision', 'give-up', ...DECISION]);
    const { code, stdout } = await cli.run(['show', 'b']);
    expect(stdout).toMatch(/^mobile +\+614\*+00$/m);
    expect(stdout).toMatch(/^attempts +2$/m);
    expect(stdout).toMatch(/^\S+Z {2}give-up by night shift: The account at Emay/m);
    expect(stdout).not.toContain('A text');
    expect(code).toBe(0);
    expect(await cli.json('show', 'b', '--reveal')).toMatchObject({
      ...{ customImsId: 'b', mobile: '+61422118000', content: 'A text', state: 'UNKNOWN' },
      resolutions: [{ decidedBy: 'night shift' }],
    });
    const nobody = await cli.run(['show', 'nobody', '--json']);
    expect(JSON.parse(nobody.stdout)).toMatchObject({ error: { code: 'NO_SUCH_MESSAGE' } });
    expect(nobody.code).toBe(1);
  });

  it('cancel withdraws what is queued, may be repeated, and says where it is too late', async () => {
    for (const id of ['q1', 'q2']) await store(id, 'QUEUED', { attempts: 0, dueAt: new Date(NOON) });
    await store('d', 'DELIVERED');
    expect(await cli.run(['cancel', 'q1', 'q2'])).toMatchObject({ code: 0, stdout: 'q1  CANCELLED\nq2  CANCELLED\n' });
    const again = await cli.run(['cancel', 'q1', 'd', 'nobody']);
    expect(again.stdout).toBe(
      'q1      CANCELLED\nd       too late: it is DELIVERED\nnobody  there is no such message\n',
    );
    expect(again.code).toBe(1);
    expect(await cli.json('cancel', 'q1')).toEqual({
      messages: [{ customImsId: 'q1', isCancelled: true, state: 'CANCELLED' }],
    });
  });

  it('export writes what list finds as CSV, to stdout or to a file of its owner, and neutralises formulas', async () => {
    await storeMany();
    await store('r', 'REJECTED', { code: '=1+1', content: '@Ann, "hi"\n' });
    const { code, stdout, stderr } = await cli.run(['export', '--state', 'DELIVERED']);
    const rows = parse(stdout, { bom: true, columns: true }) as Record<string, string>[];
    expect(rows.map(({ customImsId }) => customImsId)).toEqual(manyIds.toReversed());
    expect(rows[0]).toMatchObject({
      mobile: "'+614******00",
      state: 'DELIVERED',
      createdAt: '2030-01-31T12:00:01.099Z',
    });
    expect(Object.keys(rows[0] ?? {})).not.toContain('content');
    expect(stderr).toBe('Messages: 1100.\n');
    expect(code).toBe(0);
    const filed = await cli.json('export', '--state', 'REJECTED', '--reveal', '--out', 'rejected.csv');
    expect(filed).toMatchObject({ messages: 1, file: expect.stringMatching(/rejected\.csv$/) });
    expect((await stat(`${cli.folder}/rejected.csv`)).mode & 0o777).toBe(0o600);
    const [rejected] = parse(await cli.read('rejected.csv'), { bom: true, columns: true }) as Record<string, string>[];
    expect(rejected).toMatchObject({ mobile: "'+61422118000", code: "'=1+1", content: `'@Ann, "hi"\n` });
    // The same message: its text is read as it was.
    const again = ['--id-column', 'customImsId', '--text-column', 'content', '--no-wait'];
    expect(await cli.json('send-batch', '--csv', 'rejected.csv', ...again)).toMatchObject({ repeated: 1, failed: 0 });
    // What an export and a failures file have each guarded.
    const wrong = (await cli.read('rejected.csv')).replace("'+61422118000", 'nobody');
    await cli.write('wrong.csv', wrong);
    expect(await cli.json('send-batch', '--csv', 'wrong.csv', ...again)).toMatchObject({ failed: 1 });
    await cli.write('mended.csv', (await cli.read('wrong.csv.failures.csv')).replace('nobody', '+61422118000'));
    expect(await cli.json('send-batch', '--csv', 'mended.csv', ...again)).toMatchObject({ repeated: 1, failed: 0 });
    expect((await cli.run(['export', '--json'])).code).toBe(2);
    expect((await cli.run(['export', '--out', 'nowhere/x.csv'])).code).toBe(2);
  });

  it('export stops where nobody reads on', async () => {
    await storeMany();
    const { child, ended } = cli.start(['export']);
    child.stdout?.destroy();
    const { code, stderr } = await ended;
    expect(stderr).not.toContain('EPIPE');
    expect(code).toBe(1);
  });

  describe('unconfirmed resolve for a filter', () => {
    const usual = { '--decision': 'give-up', '--by': 'night shift', '--reason': 'It came.' };
    const resolve = (...args: string[]) => {
      const others = Object.entries(usual).filter(([option]) => !args.includes(option));
      return cli.run(['unconfirmed', 'resolve', ...others.flat(), ...args]);
    };
    const preview = async (...args: string[]) => {
      const { stdout } = await resolve(...args, '--json');
      return JSON.parse(stdout) as { count: number; confirmCount: string };
    };
    beforeEach(async () => {
      for (const id of ['a', 'b']) await store(id, 'UNCONFIRMED', { code: 'ECONNRESET' });
      await store('c', 'UNCONFIRMED', { code: 'TIMEOUT' });
    });

    it('shows what it would decide and changes nothing, until the count is confirmed', async () => {
      const shown = await resolve('--code', 'ECONNRESET');
      expect(shown.stdout).toMatch(/^b +\+614\*+00 +ECONNRESET/m);
      expect(shown.stdout).toMatch(/^Unconfirmed: 2\.\nNothing is decided yet: .* --confirm-count 2:[0-9a-f]{8}$/m);
      expect(shown.code).toBe(0);
      expect(await idsIn('--state', 'UNCONFIRMED')).toEqual(['c', 'b', 'a']);
      const wrong = await resolve('--code', 'ECONNRESET', '--confirm-count', '3');
      expect(wrong.stderr).toContain('NOT_CONFIRMED: There are 2 of them, not 3: nothing was decided.');
      expect(wrong.code).toBe(1);
      expect(await idsIn('--state', 'UNCONFIRMED')).toEqual(['c', 'b', 'a']);
      const done = await resolve('--code', 'ECONNRESET', '--confirm-count', '2');
      expect(done).toMatchObject({ code: 0, stdout: '2 of 2 are UNKNOWN now.\n' });
      expect(await idsIn('--state', 'UNCONFIRMED')).toEqual(['c']);
      expect(await cli.json('show', 'a')).toMatchObject({
        resolutions: [{ decision: 'give-up', decidedBy: 'night shift' }],
      });
    });

    it('decides about the very ones that were shown, where the preview’s count is given', async () => {
      const { confirmCount } = await preview('--code', 'ECONNRESET');
      await source.getRepository(ImsMessage).update({ customImsId: 'a' }, { attempts: 2 });
      const late = await resolve('--code', 'ECONNRESET', '--confirm-count', confirmCount);
      expect(late.stderr).toContain('They are not the ones that were shown: nothing was decided.');
      expect(late.code).toBe(1);
      const again = await preview('--code', 'ECONNRESET');
      expect((await resolve('--code', 'ECONNRESET', '--confirm-count', again.confirmCount)).code).toBe(0);
    });

    it.each([
      [['--confirm-count', '3'], /Give an id, a filter such as --code, or --all/],
      [['a', '--code', 'TIMEOUT'], /Give an id, or a filter, not both/],
      [['--all', '--confirm-count', 'three'], /Write a count such as 12/],
      [['--all', '--confirm-count', '3', '--by', ''], /decidedBy: /],
    ])('%j is wrong usage, and decides nothing', async (args, sentence) => {
      const { code, stderr } = await resolve(...args);
      expect(stderr).toMatch(sentence);
      expect(code).toBe(2);
      expect(await idsIn('--state', 'UNCONFIRMED')).toEqual(['c', 'b', 'a']);
    });

    it('decides about all of them, and is content where there is none', async () => {
      const { confirmCount } = await preview('--all');
      expect((await resolve('--all', '--confirm-count', confirmCount, '--decision', 'resend')).stdout).toMatch(
        /^3 of 3 are in the queue; the running service sends them now\.$/m,
      );
      expect(await resolve('--all')).toMatchObject({ code: 0, stdout: 'No message of this filter is unconfirmed.\n' });
    });
  });
});
