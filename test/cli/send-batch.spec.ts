import { createHash } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ImsMessage } from 'nestjs-emay-ims';
import { createTestDatabase, databasesUnderTest, type TestDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { mobiles } from '../support/gateway-app.js';
import { CommandLine, GatewayProcess } from './command-line.js';
import { encoded } from './written-table.js';

interface BatchAnswer {
  rows: number;
  stored: number;
  repeated: number;
  failed: number;
  waiting: number | null;
  stoppedBy: string | null;
  states: Record<string, number> | null;
}

const onWire = (numbers: readonly string[]) => numbers.map((number) => number.replace('+', '00')).toSorted();

/** Some steps are processes that start. */
jest.setTimeout(120_000);

describe.each(databasesUnderTest())('send-batch on %s', (kind) => {
  let gateway: GatewayProcess;
  let slowGateway: GatewayProcess;
  let database: TestDatabase;
  let cli: CommandLine;
  beforeAll(async () => {
    gateway = await GatewayProcess.start();
    slowGateway = await GatewayProcess.start('--fault', 'delay,ms=400,times=Infinity');
  });
  afterAll(() => Promise.all([gateway.stop(), slowGateway.stop()]));
  beforeEach(() => open(gateway));
  afterEach(() => close());

  async function open(used: GatewayProcess, variables: NodeJS.ProcessEnv = {}): Promise<void> {
    database = await createTestDatabase(kind);
    cli = await CommandLine.open({ ...used.variables, EMAY_IMS_DATABASE_URL: database.url, ...variables });
  }
  async function close(): Promise<void> {
    await cli.close();
    await database.drop();
  }

  const table = (numbers: readonly string[]) =>
    ['mobile,name', ...numbers.map((mobile, row) => `${mobile},N${row}`)].join('\n');
  const batch = (csv: string, ...more: string[]) => [
    'send-batch',
    '--csv',
    csv,
    '--campaign',
    'spring',
    '--text',
    'Hi {{name}}',
    ...more,
  ];
  const acceptedAmong = (numbers: readonly string[], accepted: readonly string[]) => {
    const wanted = new Set(onWire(numbers));
    return accepted.filter((number) => wanted.has(number)).toSorted();
  };

  it('sends to 5,000 rows, each once, and to none of them again in a second run', async () => {
    const numbers = mobiles(5_000, 400_000_000);
    await cli.write('members.csv', table(numbers));
    const { code, stdout, stderr } = await cli.run(batch('members.csv', '--json'));
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ campaign: 'spring', rows: 5_000, stored: 5_000, failed: 0, waiting: 0 });
    expect(code).toBe(0);
    const again = await cli.json<BatchAnswer>(...batch('members.csv'));
    expect(again).toMatchObject({ stored: 0, repeated: 5_000, states: { ACCEPTED: 5_000 } });
    expect(acceptedAmong(numbers, await gateway.accepted())).toEqual(onWire(numbers));
  });

  it('keeps campaigns apart: another one sends the same text to the same number again', async () => {
    const [number] = mobiles(1, 401_000_000) as [string];
    await cli.write('one.csv', `mobile\n${number}\n${number}`);
    const send = (name: string) =>
      cli.json<BatchAnswer>('send-batch', '--csv', 'one.csv', '--campaign', name, '--text', 'Hi');
    expect(await send('january')).toMatchObject({ stored: 1, repeated: 1 });
    expect(await send('february')).toMatchObject({ stored: 1, repeated: 1 });
    expect(acceptedAmong([number], await gateway.accepted())).toHaveLength(2);
    const { states } = await cli.json<BatchAnswer>('status', '--campaign', 'january');
    expect(states).toEqual({ ACCEPTED: 1 });
  });

  it('goes on after SIGKILL in the middle: no number is accepted twice, and only doubts are left', async () => {
    await close();
    await open(slowGateway, { EMAY_IMS_TIMEOUT_MS: '2000' });
    const numbers = mobiles(4_000, 402_000_000);
    await cli.write('members.csv', table(numbers));
    const acceptedNow = async () => acceptedAmong(numbers, await slowGateway.accepted()).length;
    // It has the first rows and waits for more: sure to be in the middle.
    const first = cli.start(batch('-'), null);
    first.child.stdin?.write(table(numbers.slice(0, 3_500)));
    await eventually(acceptedNow, (count) => count >= 600, 60_000);
    first.child.kill('SIGKILL');
    await first.ended;

    const answer = await cli.json<BatchAnswer>(...batch('members.csv'));
    expect(answer).toMatchObject({ rows: 4_000, failed: 0, waiting: 0 });
    expect(answer.stored + answer.repeated).toBe(4_000);
    const accepted = acceptedAmong(numbers, await slowGateway.accepted());
    expect(new Set(accepted).size).toBe(accepted.length);
    // A request that was killed just before it left is in doubt as well; nothing else is missing.
    const { ACCEPTED = 0, SUBMITTING = 0, UNCONFIRMED = 0 } = answer.states ?? {};
    expect(ACCEPTED + SUBMITTING + UNCONFIRMED).toBe(4_000);
    expect(accepted.length).toBeGreaterThanOrEqual(ACCEPTED);
  });

  it.each([
    ['SIGINT', 403_000_000, 1],
    // Of a terminal that is gone the shell tells its jobs, and then the system does.
    ['SIGHUP', 419_000_000, 2],
  ] as const)('stops on %s with nothing in doubt, says how to go on, and goes on', async (signal, from, times) => {
    await close();
    // However busy the machine is, no request ends in doubt for want of time.
    await open(slowGateway, { EMAY_IMS_TIMEOUT_MS: '100000' });
    const numbers = mobiles(3_500, from);
    await cli.write('members.csv', table(numbers));
    // Stdin stays open, so it cannot come to an end before the signal.
    const first = cli.start(batch('-'), null);
    // The last row has not come in whole: what there is of it is not to be taken for a row.
    first.child.stdin?.write(table(numbers.slice(0, 3_200)).slice(0, -9));
    await eventually(
      async () => acceptedAmong(numbers, await slowGateway.accepted()).length,
      (count) => count > 0,
      60_000,
    );
    for (let time = 0; time < times; time++) {
      first.child.kill(signal);
      await eventually(
        () => first.written.stderr,
        (text) => text.includes('Stopping'),
        60_000,
      );
    }
    const { code, stdout, stderr } = await first.ended;
    expect(stderr).toContain('Stopping: what is under way is finished first');
    expect(stdout).toMatch(/Stopped\..* Give the same command again to go on/);
    expect(code).toBe(1);
    const answer = await cli.json<BatchAnswer>(...batch('members.csv'));
    expect(answer).toMatchObject({ waiting: 0, states: { ACCEPTED: 3_500 } });
    expect(acceptedAmong(numbers, await slowGateway.accepted())).toEqual(onWire(numbers));
  });

  it('puts wrong rows into a failures file that can be mended and fed in again', async () => {
    const [one, two, three] = mobiles(3, 404_000_000) as [string, string, string];
    await cli.write(
      'odd.csv',
      `\uFEFF手机号;name\n${one};"Ann; ""A"""\nnonsense;Bob\n\n${two};\n${three}\n${three};"two\nlines"\n`,
    );
    const { code, stdout } = await cli.run(batch('odd.csv'));
    expect(stdout).toMatch(/^failed +3, see .*odd\.csv\.failures\.csv$/m);
    expect(code).toBe(1);
    const failures = await cli.read('odd.csv.failures.csv');
    expect(failures.split('\n')).toEqual([
      '\uFEFF手机号;name;failed_row;failed_because',
      expect.stringMatching(/^nonsense;Bob;3;mobile must be an international number/),
      `'${two};;5;column name is empty, and the text needs it`,
      `'${three};;6;has 1 of 2 columns`,
      '',
    ]);
    expect((await stat(`${cli.folder}/odd.csv.failures.csv`)).mode & 0o777).toBe(0o600);
    await cli.write('mended.csv', failures.replace('nonsense', '+61 404-000-005').replace(`${two};`, `${two};Cid`));
    const answer = await cli.json<BatchAnswer>(...batch('mended.csv'));
    expect(answer).toMatchObject({ rows: 3, stored: 2, failed: 1 });
    expect(await cli.read('mended.csv.failures.csv')).toContain(`\n'${three};;4;`);
    const sent = acceptedAmong([one, two, three, '+61404000005'], await gateway.accepted());
    expect(sent).toEqual(onWire([one, two, three, '+61404000005']));
  });

  it('sends no text cut off at a delimiter that has no quotes around it, also when it is fed in again', async () => {
    const [one, two] = mobiles(2, 412_000_000) as [string, string];
    const texts = (csv: string) =>
      cli.json<BatchAnswer>('send-batch', '--csv', csv, '--campaign', 'texts', '--text-column', 'text');
    await cli.write('texts.csv', `mobile,text\n${one},Hello, you, there\n${two},Hello,,\n`);
    expect(await texts('texts.csv')).toMatchObject({ rows: 2, stored: 1, failed: 1, states: { ACCEPTED: 1 } });
    const reason = 'has 4 of 2 columns: put quotes around a field that holds the delimiter';
    const failures = await cli.read('texts.csv.failures.csv');
    expect(failures).toBe(`\uFEFFmobile,text,failed_row,failed_because\n'${one},Hello, you, there,2,${reason}\n`);
    expect(await texts('texts.csv.failures.csv')).toMatchObject({ stored: 0, failed: 1 });
    await cli.write('mended.csv', failures.replace('Hello, you, there', '"Hello, you, there"'));
    expect(await texts('mended.csv')).toMatchObject({ stored: 1, failed: 0 });
    expect(acceptedAmong([one, two], await gateway.accepted())).toEqual(onWire([one, two]));
  });

  it('keeps a failures file that is there for its owner, and knows its header also without one', async () => {
    const [number] = mobiles(1, 414_000_000) as [string];
    const run = (csv: string) =>
      cli.json<BatchAnswer>(
        ...['send-batch', '--csv', csv, '--campaign', 'bare', '--no-header', '--to-column', '1', '--text', 'Hi'],
      );
    await cli.write('bare.csv', 'nonsense,Ann\n');
    await writeFile(`${cli.folder}/bare.csv.failures.csv`, 'from before', { mode: 0o644 });
    expect(await run('bare.csv')).toMatchObject({ stored: 0, failed: 1 });
    expect((await stat(`${cli.folder}/bare.csv.failures.csv`)).mode & 0o777).toBe(0o600);
    await cli.write('mended.csv', (await cli.read('bare.csv.failures.csv')).replace('nonsense', number));
    expect(await run('mended.csv')).toMatchObject({ rows: 1, stored: 1, failed: 0 });
  });

  it('sends nothing again from a table that was saved anew, whichever release began the campaign', async () => {
    const numbers = mobiles(4, 415_000_000) as [string, string, string, string];
    const texts = (csv: string) =>
      cli.json<BatchAnswer>('send-batch', '--csv', csv, '--campaign', 'spring', '--text-column', '短信内容');
    // The release before took the text as it stood in the file, a stray CR included.
    const source = await database.open();
    const before = ['Hello\r', ' two\r\nlines', 'Zoe\u0308'];
    for (const [index, content] of before.entries()) {
      const mobile = numbers[index] as string;
      const customImsId = idOfTheReleaseBefore('spring', mobile, content);
      const message = { account: 'default', customImsId, mobile, content, state: 'DELIVERED' as const };
      await source.getRepository(ImsMessage).insert({ ...message, priority: 0, attempts: 1, createdAt: new Date() });
    }
    await source.destroy();
    const rows = [
      ['手机号', '短信内容'],
      ...[...before, 'New\n'].map((content, index) => [numbers[index], content.trim()]),
    ];
    const written = (delimiter: string, ends: string[]) =>
      rows.map((row, index) => row.map((cell) => `"${cell}"`).join(delimiter) + ends[index % ends.length]).join('');
    await cli.write('mixed.csv', written(',', ['\n', '\r\n', '\r']));
    expect(await texts('mixed.csv')).toMatchObject({ rows: 4, stored: 1, repeated: 3, failed: 0 });
    await writeFile(`${cli.folder}/saved.csv`, encoded(`sep=;\r\n${written(';', ['\r\n'])}`, 'utf-16le', false));
    expect(await texts('saved.csv')).toMatchObject({ encoding: 'utf-16le', delimiter: ';', stored: 0, repeated: 4 });
    expect(acceptedAmong(numbers, await gateway.accepted())).toEqual(onWire([numbers[3]]));
  });

  it.each([
    ['with a blank behind it', 'sale ', 'sale ', 'sale '],
    ['decomposed', 'e\u0301te\u0301', '\u00e9t\u00e9', 'e\u0301te\u0301 '],
  ])('sends nothing again for a campaign whose name was written %s', async (_how, before, first, second) => {
    const numbers = mobiles(2, 418_000_000) as [string, string];
    // The release before took the name as it was written.
    const source = await database.open();
    const customImsId = idOfTheReleaseBefore(before, numbers[0], 'Hi');
    const message = { account: 'default', customImsId, mobile: numbers[0], content: 'Hi', state: 'DELIVERED' as const };
    await source.getRepository(ImsMessage).insert({ ...message, priority: 0, attempts: 1, createdAt: new Date() });
    await source.destroy();
    await cli.write('two.csv', `mobile\n${numbers.join('\n')}\n`);
    const send = (name: string) =>
      cli.json<BatchAnswer>('send-batch', '--csv', 'two.csv', '--campaign', name, '--text', 'Hi', '--no-wait');
    expect(await send(first)).toMatchObject({ stored: 1, repeated: 1 });
    expect(await send(second)).toMatchObject({ stored: 0, repeated: 2 });
    const { states } = await cli.json<BatchAnswer>('status', '--campaign', first);
    expect(states).toEqual({ DELIVERED: 1, QUEUED: 1 });
  });

  it('neutralises what a spreadsheet would take for a formula in the failures file, and reads it back as it was', async () => {
    const [number] = mobiles(1, 416_000_000) as [string];
    const texts = (csv: string) =>
      cli.json<BatchAnswer>('send-batch', '--csv', csv, '--campaign', 'formulas', '--text-column', 'text');
    await cli.write('formulas.csv', `mobile,text\n1,"=HYPERLINK(""x"")"\n2,'@Ann\n3,''-1\n`);
    expect(await texts('formulas.csv')).toMatchObject({ stored: 0, failed: 3 });
    const failures = await cli.read('formulas.csv.failures.csv');
    expect(failures).toContain(`1,"'=HYPERLINK(""x"")",2,`);
    expect(failures).toContain("2,''@Ann,3,");
    await cli.write('mended.csv', failures.replaceAll(/^\d/gm, number));
    expect(await texts('mended.csv')).toMatchObject({ stored: 3, failed: 0 });
    const source = await database.open();
    const stored = await source.getRepository(ImsMessage).find({ order: { content: 'ASC' } });
    await source.destroy();
    expect(stored.map(({ content }) => content).toSorted()).toEqual(["''-1", "'@Ann", '=HYPERLINK("x")']);
  });

  it('reads numbers of one country without +, and names what a spreadsheet has damaged', async () => {
    await cli.write('home.csv', 'phone\n0417 000 001\n417000002\n="0061417000003"\n6.1417E+10\n');
    const all = ['send-batch', '--csv', 'home.csv', '--campaign', 'spring', '--text', 'Hi'];
    const home = (...more: string[]) => cli.json<BatchAnswer>(...all, ...more);
    expect(await home('--dry-run')).toMatchObject({ messages: 1, failed: 3 });
    expect(await home('--country-code', 'AU')).toMatchObject({ stored: 3, failed: 1 });
    expect(await cli.read('home.csv.failures.csv')).toContain('6.1417E+10,5,"mobile was shortened by a spreadsheet');
    expect((await cli.run([...all, '--country-code', 'Oz'])).stderr).toContain('Write a country (AU)');
    const wanted = mobiles(3, 417_000_001);
    expect(acceptedAmong(wanted, await gateway.accepted())).toEqual(onWire(wanted));
  });

  it('takes ids from a column, and refuses an id that belongs to another message', async () => {
    const [one, two] = mobiles(2, 405_000_000) as [string, string];
    const send = () =>
      cli.json<BatchAnswer>('send-batch', '--csv', 'orders.csv', '--id-column', 'order', '--text-column', 'text');
    await cli.write('orders.csv', `order,phone,text\nA-1,${one},Hello\nA-2,${two},Hello`);
    expect(await send()).toMatchObject({ stored: 2, waiting: 0, states: { ACCEPTED: 2 } });
    await cli.write(
      'orders.csv',
      `order,phone,text\nA-1,${one},Hello\nA-2,${two},Changed\nA-3,${one},New\nA-3,${two},Other`,
    );
    expect(await send()).toMatchObject({ rows: 4, stored: 1, repeated: 1, failed: 2 });
    const failures = await cli.read('orders.csv.failures.csv');
    expect(failures).toMatch(/A-2,.*,Changed,3,its id belongs to a message/);
    expect(failures).toMatch(/A-3,.*,Other,5,its id belongs to a message/);
    expect(acceptedAmong([one, two], await gateway.accepted())).toEqual(onWire([one, one, two]));
  });

  it('ends with 1 where messages with ids of their own were refused or are in doubt', async () => {
    await cli.write('orders.csv', 'order,phone\nB-1,+61429999041');
    const { code, stdout } = await cli.run([
      ...['send-batch', '--csv', 'orders.csv', '--id-column', 'order', '--text', 'Hi', '--json'],
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ stored: 1, waiting: 0, states: { UNCONFIRMED: 1 } });
    expect(code).toBe(1);
  });

  it('takes up a message that a send has left behind, as it did not reach the gateway', async () => {
    const [number] = mobiles(1, 413_000_000) as [string];
    const deaf = { ...gateway.variables, EMAY_IMS_DATABASE_URL: database.url, EMAY_IMS_BASE_URL: 'http://127.0.0.1:1' };
    const away = await CommandLine.open(deaf);
    expect((await away.run(['send', '--to', number, '--text', 'Hello', '--id', 'C-1'])).code).toBe(1);
    await away.close();
    await cli.write('orders.csv', `order,phone\nC-1,${number}`);
    const send = () =>
      cli.json<BatchAnswer>('send-batch', '--csv', 'orders.csv', '--id-column', 'order', '--text', 'Hello');
    expect(await send()).toMatchObject({ stored: 1, repeated: 0, waiting: 0 });
    expect(acceptedAmong([number], await gateway.accepted())).toHaveLength(1);
    expect(await send()).toMatchObject({ stored: 0, repeated: 1 });
  });

  it('checks every row in a dry run, and stores and sends nothing', async () => {
    const [one] = mobiles(1, 406_000_000) as [string];
    await cli.write('members.csv', `mobile,name\n${one},Ann\nnobody,Bob`);
    const before = await gateway.accepted();
    const answer = await cli.json('send-batch', '--csv', 'members.csv', '--text', 'Hi {{name}}', '--dry-run');
    expect(answer).toMatchObject({
      encoding: 'utf-8',
      delimiter: ',',
      rows: 2,
      messages: 1,
      failed: 1,
      longestText: 6,
    });
    expect(JSON.stringify(answer)).not.toContain(one);
    expect(await gateway.accepted()).toEqual(before);
    const { states } = await cli.json<BatchAnswer>('status');
    expect(states).toMatchObject({ QUEUED: 0, ACCEPTED: 0 });
  });

  it('reads from stdin, and leaves the sending to the service when it is told to', async () => {
    const numbers = mobiles(2, 407_000_000);
    const { code, stdout } = await cli.run(batch('-', '--no-wait', '--json'), `${table(numbers)}\n`);
    expect(JSON.parse(stdout)).toMatchObject({ stored: 2, waiting: null });
    expect(code).toBe(0);
    expect(acceptedAmong(numbers, await gateway.accepted())).toEqual([]);
    expect((await cli.json<BatchAnswer>('status')).states).toMatchObject({ QUEUED: 2 });
  });

  it('sends nothing of the queue where the service may not, and only stores if told so', async () => {
    await close();
    await open(gateway, { EMAY_IMS_DISPATCH: 'false' });
    const numbers = mobiles(2, 407_100_000);
    await cli.write('members.csv', table(numbers));
    const { code, stderr } = await cli.run(batch('members.csv'));
    expect(stderr).toContain('EMAY_IMS_DISPATCH is false');
    expect(code).toBe(2);
    expect(await cli.json(...batch('members.csv', '--no-wait'))).toMatchObject({ stored: 2, waiting: null });
    expect(acceptedAmong(numbers, await gateway.accepted())).toEqual([]);
  });

  it('does not wait for the end of stdin when it has failed already', async () => {
    const { child, ended } = cli.start(batch('-'), null);
    child.stdin?.write('telefono,name\nx,y\n');
    const { code, stderr } = await ended;
    expect(stderr).toContain('name it with --to-column');
    expect(code).toBe(2);
  });

  it('stops waiting where the gateway refuses the account; the messages stay queued', async () => {
    await close();
    await open(gateway, { EMAY_IMS_SECRET_KEY: 'A-WRONG-KEY' });
    await cli.write('members.csv', table(mobiles(400, 408_000_000)));
    const { code, stdout } = await cli.run(batch('members.csv'));
    expect(stdout).toMatch(/^The gateway takes nothing: ERROR_SIGN\. In the queue: 400\. Check secretKey/m);
    expect(code).toBe(1);
    expect((await cli.json<BatchAnswer>('status')).states).toMatchObject({ QUEUED: 400 });
  });

  it('stops waiting when nothing has moved for so long as it was told', async () => {
    await close();
    await open(gateway, { EMAY_IMS_BASE_URL: 'http://127.0.0.1:1' });
    await cli.write('members.csv', table(mobiles(2, 409_000_000)));
    const answer = await cli.json<BatchAnswer>(...batch('members.csv', '--give-up-after', '1'));
    expect(answer).toMatchObject({ waiting: 2, stoppedBy: 'ECONNREFUSED' });
  });

  it('waits patiently while others are first in the queue', async () => {
    await close();
    // The others take 40 s, and something of them every 8 s: on a busy machine, too, that is well within the patience.
    const slower = await GatewayProcess.start('--fault', 'delay,ms=8000,times=Infinity');
    await open(slower, { EMAY_IMS_TIMEOUT_MS: '60000' });
    await cli.write('others.csv', table(mobiles(4_800, 410_000_000)));
    await cli.run(batch('others.csv', '--no-wait'));
    await cli.write('ours.csv', `mobile\n${mobiles(1, 411_000_000)[0]}`);
    const patience = ['--text', 'Hi', '--give-up-after', '25'];
    const answer = await cli.json<BatchAnswer>('send-batch', '--csv', 'ours.csv', '--campaign', 'ours', ...patience);
    await slower.stop();
    expect(answer).toMatchObject({ waiting: 0, stoppedBy: null, states: { ACCEPTED: 1 } });
  }, 300_000);

  it.each([
    ['no campaign', ['--text', 'Hi'], /Give --campaign NAME/],
    ['no text', ['--campaign', 'x'], /Give --text or --text-column/],
    ['a text that was not decoded', ['--campaign', 'x', '--text', 'Zo\uFFFD'], /--text holds U\+FFFD/],
    ['a campaign that was not decoded', ['--campaign', 'Zo\uFFFD', '--text', 'Hi'], /--campaign holds U\+FFFD/],
    ['two kinds of ids', ['--campaign', 'x', '--id-column', 'name', '--text', 'Hi'], /cannot be used with/],
    ['two texts', ['--campaign', 'x', '--text', 'a', '--text-column', 'b'], /cannot be used with/],
    [
      'an unknown column',
      ['--campaign', 'x', '--text', 'Hi {{nickname}}'],
      /There is no column "nickname"\. The columns are: "mobile", "name"/,
    ],
    [
      'its own failures file',
      ['--campaign', 'x', '--text', 'Hi', '--failures', 'members.csv'],
      /The failures file must not be the table/,
    ],
  ])('is wrong usage with %s', async (_what, more, sentence) => {
    await cli.write('members.csv', table(mobiles(1)));
    const { code, stderr } = await cli.run(['send-batch', '--csv', 'members.csv', ...more]);
    expect(stderr).toMatch(sentence);
    expect(code).toBe(2);
  });

  it('says what a file is that is no table, or in an encoding that cannot be told, and tells a missing one', async () => {
    await cli.write('open.csv', `mobile,name\n${mobiles(1)[0]},"Ann\n`);
    expect(await cli.run(batch('open.csv'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('a quote perhaps'),
    });
    expect(await cli.run(batch('missing.csv'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is no file'),
    });
    await writeFile(`${cli.folder}/latin.csv`, Buffer.from('mobile,name\n+33612345678,Ren\xe9e\n', 'latin1'));
    expect(await cli.run(batch('latin.csv'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('say which it is, such as --encoding'),
    });
    const told = await cli.json(
      'send-batch',
      '--csv',
      'latin.csv',
      '--text',
      '{{name}}',
      '--encoding',
      'latin1',
      '--dry-run',
    );
    expect(told).toMatchObject({ encoding: 'windows-1252', delimiter: ',', first: [{ content: 'Renée' }] });
  });
});

/** The rule of release 0.1.0: the text byte by byte. */
function idOfTheReleaseBefore(campaign: string, mobile: string, content: string): string {
  const digits = (...parts: string[]) => createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return `c${digits(campaign).slice(0, 9)}${digits(campaign, mobile, content).slice(0, 22)}`;
}
