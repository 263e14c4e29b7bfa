import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { lstat, mkdir, open, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { CommandLine } from './command-line.js';

const FROM_STDIN = ['send-batch', '--csv', '-', '--campaign', 'spring', '--text', 'Hi'];

/** In the sandbox: nothing but files matters here. */
describe('files that the command line writes', () => {
  let cli: CommandLine;
  beforeEach(async () => {
    cli = await CommandLine.open();
    await cli.write('members.csv', 'mobile\n+61422118000\nnobody\n');
  });
  afterEach(() => cli.close());

  const place = (name: string) => join(cli.folder, name);
  const modeOf = async (name: string) => (await stat(place(name))).mode & 0o777;
  const sendBatch = (...more: string[]) =>
    cli.run(['send-batch', '--csv', 'members.csv', '--campaign', 'spring', '--text', 'Hi', '--no-wait', ...more]);
  const queued = async () => (await cli.json<{ states: Record<string, number> }>('status')).states.QUEUED;
  const pipe = (name: string) => {
    execFileSync('mkfifo', ['-m', '644', place(name)]);
    return readFile(place(name), 'utf8');
  };

  it('are written straight to where they are no files: nothing is replaced, closed to others or added', async () => {
    const failures = pipe('failures');
    expect(await sendBatch('--failures', 'failures')).toMatchObject({ code: 1 });
    expect(await failures).toContain('nobody,3,"mobile must be');
    const exported = pipe('exported');
    expect(await cli.run(['export', '--out', 'exported'])).toMatchObject({ code: 0 });
    expect(await exported).toContain('customImsId,mobile,');
    for (const name of ['failures', 'exported']) {
      expect((await lstat(place(name))).isFIFO()).toBe(true);
      expect(await modeOf(name)).toBe(0o644);
    }
  });

  it('are the files that links lead to', async () => {
    await mkdir(place('store'));
    await writeFile(place('store/there.csv'), 'from before', { mode: 0o644 });
    await symlink('store/there.csv', place('there'));
    await symlink('store/new.csv', place('new'));
    await sendBatch('--failures', 'there');
    expect(await cli.read('store/there.csv')).toContain('failed_because');
    expect(await modeOf('store/there.csv')).toBe(0o600);
    for (const [name, target] of [
      ['there', 'store/there.csv'],
      ['new', 'store/new.csv'],
    ] as const) {
      expect(await cli.run(['export', '--out', name])).toMatchObject({ code: 0 });
      expect((await lstat(place(name))).isSymbolicLink()).toBe(true);
      expect(await cli.read(target)).toContain('customImsId,mobile,');
    }
    expect(await readdir(place('store'))).toEqual(['new.csv', 'there.csv']);
  });

  it('are no part of the answer where stdout is named', async () => {
    const { code, stdout, stderr } = await cli.run(['export', '--out', '/dev/stdout']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\uFEFFcustomImsId,.*\n$/)]);
    expect(stderr).toContain('Messages: 0.');
    expect((await cli.run(['export', '--out', '/dev/stdout', '--json'])).code).toBe(2);
  });

  it.each(['nowhere/failures.csv', 'members.csv/failures.csv', 'folder', 'loop'])(
    'are proven to be writable before a row is stored: %s',
    async (failures) => {
      await mkdir(place('folder'));
      await symlink('loop', place('loop'));
      for (const more of [[], ['--dry-run']]) {
        const { code, stderr } = await sendBatch('--failures', failures, ...more);
        expect(stderr).toContain(`The failures file ${place(failures)} cannot be written (E`);
        expect(stderr).toContain('name another one with --failures');
        expect(code).toBe(2);
      }
      expect(await queued()).toBe(0);
      const { code, stderr } = await cli.run(['export', '--out', failures]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`--out ${place(failures)} cannot be written (E`)]);
    },
  );

  it('do not come or change by the proof alone', async () => {
    await cli.write('members.csv', 'mobile\n+61422118000\n');
    await writeFile(place('notes.txt'), 'mine', { mode: 0o640 });
    expect(await sendBatch('--failures', 'notes.txt')).toMatchObject({ code: 0 });
    expect([await cli.read('notes.txt'), await modeOf('notes.txt')]).toEqual(['mine', 0o640]);
    expect(await sendBatch()).toMatchObject({ code: 0 });
    expect(await readdir(cli.folder)).not.toContain('members.csv.failures.csv');
  });

  it('are not the table, under whatever name', async () => {
    await symlink('members.csv', place('link'));
    const { code, stderr } = await sendBatch('--failures', 'link');
    expect([code, stderr]).toEqual([2, expect.stringContaining('The failures file must not be the table')]);
    expect(await cli.read('members.csv')).toContain('nobody');
  });

  it.each([
    ['by name', 'members.csv', ['--failures', 'members.csv']],
    ['by default', 'stdin.failures.csv', []],
    ['by the name that it has while it is written', 'other.csv.part', ['--failures', 'other.csv']],
  ])('are not the table on stdin: %s', async (_how, name, more) => {
    await cli.write(name, 'mobile\nnobody\n');
    const table = await open(place(name));
    const { code, stderr } = await cli.start(
      ['send-batch', '--csv', '-', '--text', 'Hi', '--dry-run', ...more],
      table.fd,
    ).ended;
    await table.close();
    expect([code, stderr]).toEqual([2, expect.stringContaining('The failures file must not be the table')]);
    expect(await cli.read(name)).toBe('mobile\nnobody\n');
  });

  it('leave the table whole that somebody else reads to us', async () => {
    // More than pipes and buffers hold of it when the first failure is written.
    const note = 'x'.repeat(500);
    const rows = Array.from({ length: 12_000 }, (_, row) => `+61422${String(row).padStart(6, '0')},${note}\n`);
    await cli.write('stdin.failures.csv', `mobile,note\nnobody,\n${rows.join('')}`);
    const { child, ended } = cli.start(['send-batch', '--csv', '-', '--text', 'Hi', '--dry-run', '--json'], null);
    await pipeline(createReadStream(place('stdin.failures.csv')), child.stdin as Writable);
    const { stdout } = await ended;
    expect(JSON.parse(stdout)).toMatchObject({ rows: 12_001, failed: 1, failuresFile: place('stdin.failures.csv') });
    expect((await cli.read('stdin.failures.csv')).split('\n')).toHaveLength(3);
  });

  it('take the place of those from before once the table was read to its end', async () => {
    const rows = '+61422118000\n'.repeat(4_000);
    await cli.write('members.csv', `mobile\nnobody\n${rows}"+61422118001\n${rows.repeat(3)}`);
    await cli.write('members.csv.failures.csv', 'from before');
    for (const more of [[], ['--dry-run']]) {
      const { code, stderr } = await sendBatch(...more);
      expect([code, stderr]).toEqual([1, expect.stringContaining('UNREADABLE_TABLE')]);
      expect(await cli.read('members.csv.failures.csv')).toBe('from before');
      expect(await cli.read('members.csv.failures.csv.part')).toContain('nobody,2,');
    }
    await cli.write('members.csv', 'mobile\nno one\n');
    expect(await sendBatch()).toMatchObject({ code: 1 });
    expect(await cli.read('members.csv.failures.csv')).toMatch(/^\uFEFFmobile,.*\nno one,2,.*\n$/);
    expect(await readdir(cli.folder)).not.toContain('members.csv.failures.csv.part');
  });

  /** A run that has written its first failure, and whose table goes on. */
  const underWay = async (wrong: string, ...more: string[]) => {
    const running = cli.start([...FROM_STDIN, '--json', ...more], null);
    running.child.stdin?.write(`mobile\n${wrong}\n${'+61422118000\n'.repeat(4_000)}`);
    await eventually(
      () => (existsSync(part()) ? readFile(part(), 'utf8') : ''),
      (text) => text.includes(wrong),
      60_000,
    );
    return running;
  };
  const part = () => place('stdin.failures.csv.part');

  it('are named where they are, if the reading is stopped', async () => {
    const { child, ended, written } = await underWay('nobody', '--no-wait');
    child.kill('SIGTERM');
    await ended;
    expect(JSON.parse(written.stdout)).toMatchObject({ stoppedBy: 'INTERRUPTED', failed: 1, failuresFile: part() });
    expect(existsSync(place('stdin.failures.csv'))).toBe(false);
  });

  it('are named where they are, if they cannot take their name: all else is done', async () => {
    const { child, ended } = await underWay('nobody', '--no-wait');
    await mkdir(place('stdin.failures.csv'));
    child.stdin?.end();
    const { stdout, stderr } = await ended;
    expect(JSON.parse(stdout)).toMatchObject({ stoppedBy: null, stored: 1, failed: 1, failuresFile: part() });
    expect(stderr).toContain('could not replace the failures file from before (EISDIR)');
    expect(await cli.read('stdin.failures.csv.part')).toMatch(/\nnobody,2,.*\n$/);
  });

  it('are those of one run, where two would write the same', async () => {
    const first = await underWay('nobody', '--dry-run');
    const second = await underWay('no one', '--dry-run');
    first.child.stdin?.end();
    const { code, stdout } = await first.ended;
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/CANNOT_WRITE[^]*TAKEN_BY_ANOTHER_RUN.*same command again/),
    ]);
    expect(existsSync(place('stdin.failures.csv'))).toBe(false);
    second.child.stdin?.end();
    expect(JSON.parse((await second.ended).stdout)).toMatchObject({ failuresFile: place('stdin.failures.csv') });
    expect(await cli.read('stdin.failures.csv')).toMatch(/^\uFEFFmobile,.*\nno one,2,.*\n$/);
  });

  it('that fail later are named, with what to do', async () => {
    const { code, stderr } = await sendBatch('--failures', '/dev/full');
    expect(stderr).toMatch(/CANNOT_WRITE: The failures file \/dev\/full cannot be written \(ENOSPC\)/);
    expect(stderr).toContain('give the same command again');
    expect(code).toBe(1);
    expect(await cli.run(['export', '--out', '/dev/full'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/CANNOT_WRITE: --out \/dev\/full cannot be written \(ENOSPC\)/),
    });
  });
});

describe('a table that cannot be read', () => {
  it.each([
    ['members.csv/x', 2, /--csv .*members\.csv\/x is no file that can be read \(ENOTDIR\)/],
    ['.', 2, /--csv .* is no file that can be read; - reads from stdin/],
    // Open to its process, and nothing at its beginning to be read.
    ['/proc/self/mem', 1, /UNREADABLE_TABLE: .*cannot be read on \(EIO\)/],
  ])('is named: %s', async (csv, expected, sentence) => {
    const cli = await CommandLine.open();
    await cli.write('members.csv', 'mobile\n');
    const { code, stderr } = await cli.run([
      ...['send-batch', '--csv', csv, '--campaign', 'spring', '--text', 'Hi', '--failures', 'failures.csv'],
    ]);
    await cli.close();
    expect([code, stderr]).toEqual([expected, expect.stringMatching(sentence)]);
  });
});
