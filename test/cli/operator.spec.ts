import { resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ImsDurableEvent } from 'nestjs-emay-ims';
import { createTestDatabase, databasesUnderTest, type TestDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { mobiles } from '../support/gateway-app.js';
import { runProcess } from '../support/processes.js';
import { CommandLine, GatewayProcess } from './command-line.js';

interface DoubtPage {
  items: { customImsId: string; mobile: string; state: string; content?: string }[];
  nextCursor: string | null;
}

const APPLICATION = resolve('dist/main.js');
const RESET_BEFORE = '+61429999041';
const DECISION = ['--by', 'night shift', '--reason', 'The recipient says that nothing came.'];

/** Some steps are processes that start. */
jest.setTimeout(120_000);

describe.each(databasesUnderTest())('the commands of an operator on %s', (kind) => {
  let gateway: GatewayProcess;
  let database: TestDatabase;
  let cli: CommandLine;
  beforeAll(async () => {
    gateway = await GatewayProcess.start();
  });
  afterAll(() => gateway.stop());
  beforeEach(async () => {
    database = await createTestDatabase(kind);
    cli = await CommandLine.open({ ...gateway.variables, EMAY_IMS_DATABASE_URL: database.url });
  });
  afterEach(async () => {
    await cli.close();
    await database.drop();
  });
  const doubt = (id: string) => cli.run(['send', '--to', RESET_BEFORE, '--text', 'A text', '--id', id]);

  it('status says that nothing needs a person, and with --check it ends with 1 when something does', async () => {
    const calm = await cli.run(['status', '--check']);
    expect(calm.stdout).toContain('Nothing needs a person.');
    expect(calm.code).toBe(0);
    await doubt('one');
    const { code, stdout } = await cli.run(['status', '--check']);
    expect(stdout).toMatch(/^UNCONFIRMED +1$/m);
    expect(stdout).toMatch(/^! 1 × unconfirmed: a report or your decision/m);
    expect(code).toBe(1);
    expect((await cli.run(['status'])).code).toBe(0);
    expect(await cli.json('status')).toMatchObject({ unconfirmed: 1, needs: [expect.any(String)] });
  });

  it('status tells how long messages have been ready by the database’s clock, whatever this machine’s says', async () => {
    await cli.write('one.csv', `mobile\n${mobiles(1)[0]}\n`);
    const stored = await cli.run(['send-batch', '--csv', 'one.csv', '--campaign', 'c', '--text', 'Hello', '--no-wait']);
    expect(stored.code).toBe(0);
    const realNow = Date.now.bind(Date);
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => realNow() + 3_600_000);
    const ahead = await cli.run(['status', '--check']).finally(() => clock.mockRestore());
    expect(ahead.stdout).toContain('Nothing needs a person.');
    expect(ahead.code).toBe(0);
    const source = await database.open();
    await source.query('UPDATE emay_ims_due SET due_at = due_at - 600000');
    await source.destroy();
    const late = jest.spyOn(Date, 'now').mockImplementation(() => realNow() - 3_600_000);
    const behind = await cli.run(['status', '--check']).finally(() => late.mockRestore());
    expect(behind.stdout).toMatch(/^! the oldest queued message has been ready since /m);
    expect(behind.code).toBe(1);
  });

  it('status says that a call of an event handler was given up', async () => {
    const source = await database.open();
    const [dueAt, createdAt] = [new Date(), new Date()];
    const event = { id: 'e', account: 'default', handler: 'shop', type: 'message.delivered', payload: '{}' };
    await source.getRepository(ImsDurableEvent).insert({ ...event, state: 'FAILED', attempts: 20, dueAt, createdAt });
    await source.destroy();
    const { code, stdout } = await cli.run(['status', '--check']);
    expect(stdout).toMatch(/^! 1 × dead-lettered events/m);
    expect(code).toBe(1);
  });

  it('pages lists what could not be applied, has it tried again and deletes it', async () => {
    expect((await cli.run(['pages'])).stdout).toContain('No report batch waits for a person.');
    const source = await database.open();
    for (const id of ['a', 'b']) {
      await source.query(`INSERT INTO emay_ims_report_batch (id, account, state, body, attempts, failure, requested_at, expires_at, stored_at)
        VALUES ('${id}', 'default', 'SET_ASIDE', '{"code":"SUCCESS","data":[]}', 5, 'P0001', 1, 1, 1)`);
    }
    await source.destroy();
    expect((await cli.run(['status', '--check'])).stdout).toMatch(/^! 2 × report batches set aside/m);
    expect(await cli.json('pages')).toMatchObject({ pages: [{ pullId: 'a', why: 'set-aside', failure: 'P0001' }, {}] });
    expect(await cli.json('pages', 'retry', 'a')).toEqual({ retried: 1 });
    expect(await cli.json('pages', 'discard', 'b')).toEqual({ discarded: 'b' });
    expect((await cli.run(['pages', 'discard', 'b'])).code).toBe(2);
    expect(await cli.json('pages')).toEqual({ pages: [] });
  });

  it('acknowledge lists lost batches and odd reports; once somebody has dealt with them, nothing needs a person', async () => {
    expect((await cli.run(['acknowledge'])).stdout).toContain('Nothing waits to be acknowledged.');
    const source = await database.open();
    await source.query(`INSERT INTO emay_ims_report_batch (id, account, state, requested_at, expires_at, requested, lost)
      VALUES ('a-pull', 'default', 'LOST', 1, 1, 500, 500)`);
    const columns = 'batch_id, position, account, status, mobile, reason, raw, created_at';
    await source.query(`INSERT INTO emay_ims_report (${columns})
      VALUES ('b', 0, 'default', 'QUARANTINED', '+61422118000', 'no state', '{}', 1)`);
    await source.query(`INSERT INTO emay_ims_report (${columns})
      VALUES ('b', 1, 'default', 'ORPHANED', '+61422118000', NULL, NULL, 1)`);
    await source.destroy();
    const before = await cli.run(['status', '--check']);
    expect(before.stdout).toMatch(/^! 1 × possibly lost report batches, at most 500 reports: .*`acknowledge`$/m);
    expect(before.code).toBe(1);
    const { stdout } = await cli.run(['acknowledge']);
    expect(stdout).toMatch(/^a-pull +lost +500 /m);
    expect(stdout).toMatch(/^b\.0 +quarantined +- +no state /m);
    expect(stdout).not.toContain('422118000');
    expect((await cli.run(['acknowledge', 'a-pull'])).code).toBe(2);
    const wrong = await cli.run(['acknowledge', 'a-pull', '--by', '', '--reason', 'x']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(/\bby: /)]);
    const done = await cli.run(['acknowledge', 'a-pull', 'b.0', 'b.1', 'b.2', ...DECISION]);
    expect(done.stdout).toMatch(/^a-pull +is acknowledged\n(.+\n){2}b\.2 +names nothing that waits/);
    expect(done.code).toBe(1);
    expect((await cli.run(['status', '--check'])).code).toBe(0);
    expect(await cli.json('acknowledge')).toEqual({ items: [], isComplete: true });
    const again = await cli.json('acknowledge', 'a-pull', ...DECISION);
    expect(again).toEqual({ items: [{ id: 'a-pull', isAcknowledged: false }] });
  });

  it('unconfirmed lists the doubts page by page, masked unless they are to be revealed', async () => {
    for (const id of ['one', 'two', 'three']) await doubt(id);
    const first = await cli.json<DoubtPage>('unconfirmed', '--limit', '2');
    const second = await cli.json<DoubtPage>(
      'unconfirmed',
      'list',
      '--limit',
      '2',
      '--cursor',
      String(first.nextCursor),
    );
    expect([...first.items, ...second.items].map(({ customImsId }) => customImsId)).toEqual(['three', 'two', 'one']);
    expect(second.nextCursor).toBeNull();
    const { stdout, stderr } = await cli.run(['unconfirmed', '--limit', '2']);
    expect(stdout).toMatch(/^three +\+614\*+41 +ECONNRESET/m);
    expect(stdout).not.toContain('A text');
    expect(stderr).toContain(`--cursor ${first.nextCursor}`);
    const revealed = await cli.run(['unconfirmed', '--reveal']);
    expect(revealed.stdout).toMatch(/^one +\+61429999041 .*A text$/m);
  });

  it('unconfirmed resolve keeps who decided and why, and can decide once', async () => {
    await doubt('one');
    const resolved = await cli.json('unconfirmed', 'resolve', 'one', '--decision', 'give-up', ...DECISION);
    expect(resolved).toMatchObject({
      state: 'UNKNOWN',
      resolutions: [{ decision: 'give-up', decidedBy: 'night shift', reason: 'The recipient says that nothing came.' }],
    });
    const again = await cli.run(['unconfirmed', 'resolve', 'one', '--decision', 'resend', ...DECISION]);
    expect(again.stderr).toContain('there is no UNCONFIRMED message with this id');
    expect(again.code).toBe(1);
    const odd = await cli.run(['unconfirmed', 'resolve', 'one', '--decision', 'maybe', ...DECISION]);
    expect(odd.stderr).toContain('Write resend or give-up.');
    expect(odd.code).toBe(2);
  });

  it('pull fetches and applies what waits, and ends with 1 where the gateway refuses', async () => {
    for (const mobile of mobiles(2)) await cli.run(['send', '--to', mobile, '--text', 'Hello']);
    expect(await cli.json('pull')).toMatchObject({ reports: 2, applied: 2, stoppedBy: null });
    const locked = await CommandLine.open({
      ...gateway.variables,
      EMAY_IMS_DATABASE_URL: database.url,
      EMAY_IMS_SECRET_KEY: 'A-WRONG-KEY',
    });
    const { code, stderr } = await locked.run(['pull']);
    await locked.close();
    expect(stderr).toMatch(/The pull ended early with ERROR_SIGN\. Check secretKey/);
    expect(code).toBe(1);
  });

  it('works beside a running service, on its database: both send, nothing is sent twice', async () => {
    const service = runProcess(APPLICATION, [], {
      ...gateway.variables,
      PORT: '0',
      EMAY_IMS_DATABASE_URL: database.url,
    });
    try {
      await service.saying('Listening on ');
      const before = (await gateway.accepted()).length;
      const numbers = mobiles(3_000, 420_000_000);
      const batch = (name: string, ...more: string[]) =>
        cli.start(
          ['send-batch', '--csv', '-', '--campaign', name, '--text', 'Hi', ...more],
          `mobile\n${numbers.join('\n')}\n`,
        ).ended;
      const runs = await Promise.all([
        batch('one'),
        batch('two', '--no-wait'),
        ...mobiles(3, 421_000_000).map(
          (mobile) => cli.start(['send', '--to', mobile, '--text', 'Hello', '--wait', '60']).ended,
        ),
      ]);
      expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual(runs.map(() => [0, '']));
      const stats = await eventually(
        async () => (await cli.json<{ states: Record<string, number> }>('status')).states,
        ({ DELIVERED = 0 }) => DELIVERED === 6_003,
        60_000,
      );
      expect(stats).toMatchObject({ QUEUED: 0, SUBMITTING: 0, UNCONFIRMED: 0 });
      expect((await gateway.accepted()).length - before).toBe(6_003);
    } finally {
      await service.end('SIGTERM');
    }
  });
});

describe('the command line', () => {
  let cli: CommandLine;
  beforeEach(async () => {
    cli = await CommandLine.open();
  });
  afterEach(() => cli.close());

  it('reads the .env file and the relative paths of the folder it is told', async () => {
    await cli.write('.env', 'EMAY_IMS_DATABASE_URL=sqlite:./messages/ims.sqlite\n');
    const { stdout, code } = await cli.start(['-C', cli.folder, 'doctor'], '', '/').ended;
    expect(stdout).toMatch(/^\[ok\] +database +\.\/messages\/sandbox-ims\.sqlite \(made just now\)/m);
    expect(code).toBe(0);
    const lost = await cli.run(['-C', 'nowhere', 'status']);
    expect(lost.stderr).toMatch(/--directory .*nowhere cannot be entered/);
    expect(lost.code).toBe(2);
  });

  it('delivers in the sandbox, and keeps what it sent for the next command', async () => {
    const sent = await cli.run(['send', '--to', '+61422118000', '--text', 'Hello', '--wait', '20']);
    expect(sent.code).toBe(0);
    expect((await cli.json<{ states: Record<string, number> }>('status')).states).toMatchObject({ DELIVERED: 1 });
  });

  it('does not mind a reader that goes away', async () => {
    const { child, ended } = cli.start(['status']);
    child.stdout?.destroy();
    const { code, stderr } = await ended;
    expect(stderr).not.toContain('EPIPE');
    expect(code).toBe(0);
  });

  it('writes no escape codes where nobody sees colours', async () => {
    const { stdout, stderr } = await cli.start(['send', '--to', RESET_BEFORE, '--text', 'Hello']).ended;
    expect(stderr).toContain('ECONNRESET');
    expect(stdout + stderr).not.toContain('\u001B');
  });

  const BATCH = ['send-batch', '--csv', '-', '--campaign', 'spring'];
  it.each([
    [[...BATCH, '--text', '--dry-run'], "'--text <text>' has no value: '--dry-run' looks like"],
    [[...BATCH, '--text', '--dry-rnu'], "'--text <text>' has no value"],
    [['send-batch', '--csv', '-', '--text', 'Hi', '--campaign', '--no-wait'], "'--campaign <name>' has no value"],
    [[...BATCH, '--text', '--give-up-after=5'], "'--text <text>' has no value"],
    [['-C', '--json', 'status'], "'-C, --directory <folder>' has no value"],
    [[...BATCH, '--csv', 'other.csv', '--text', 'Hi'], "'--csv <file>' is there twice"],
    [[...BATCH, '--text', 'Hi', '--csv=-'], "'--csv <file>' is there twice"],
    [['export', '--state', 'QUEUED', '--state', 'ACCEPTED'], "'--state <states>' is there twice"],
    [['unconfirmed', 'list', '--code', 'A', '--code', 'B'], "'--code <code>' is there twice"],
  ])('%j: ends with 2, and nothing is stored', async (args, sentence) => {
    const { code, stdout, stderr } = await cli.run(args, 'mobile\n+61422118000\n');
    expect(stderr).toContain(sentence);
    expect([code, stdout]).toEqual([2, '']);
    expect((await cli.json<{ states: Record<string, number> }>('status')).states).toMatchObject({ QUEUED: 0 });
  });

  it('takes a value that looks like an option where it says so, and options that take none as often as they come', async () => {
    const { stdout } = await cli.run(
      [...BATCH, '--text=--dry-run', '--dry-run', '--dry-run'],
      'mobile\n+61422118000\n',
    );
    expect(stdout).toMatch(/^row 2 .*--dry-run$/m);
    expect((await cli.run([...BATCH, '--text', '-- SALE --', '--dry-run'], 'mobile\n+61422118000\n')).code).toBe(0);
  });

  it('ends with 2 where the configuration is wrong, and with 0 for help', async () => {
    const half = await CommandLine.open({ EMAY_IMS_APP_ID: 'APP' });
    const wrong = await half.run(['status', '--json']);
    await half.close();
    expect(JSON.parse(wrong.stdout)).toMatchObject({ error: { code: 'WRONG_USAGE' } });
    expect(wrong.code).toBe(2);
    const help = await cli.start(['doctor', '--help']).ended;
    expect(help.stdout).toContain('Exit codes: 0 all is in order; 1 something failed; 2 nothing failed, but');
    expect(help.code).toBe(0);
    expect((await cli.start(['dance']).ended).code).toBe(2);
  });
});
