import { open, type FileHandle } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CommandLine } from './command-line.js';

jest.setTimeout(120_000);

/** Every write to it ends as on a full disk. */
const FULL_DISK = '/dev/full';
const NOBODY = 'mobile\nnobody\n';
const NUMBERS = Array.from({ length: 700 }, (_, index) => `+61${422_118_000 + index}`);

describe('a command whose output goes to a full disk', () => {
  let cli: CommandLine;
  let full: FileHandle;
  beforeEach(async () => {
    cli = await CommandLine.open();
    full = await open(FULL_DISK, 'w');
  });
  afterEach(async () => {
    await full.close();
    await cli.close();
  });
  const batch = (table: string, output: Parameters<CommandLine['start']>[3]) =>
    cli.start(['send-batch', '--csv', '-', '--campaign', 'spring', '--text', 'Hi', '--json'], table, cli.folder, output)
      .ended;

  it('goes on to its end where that is stderr, and ends with 1', async () => {
    // A sandbox says on stderr that it is one.
    const { code, stdout } = await batch(`mobile\n${NUMBERS.join('\n')}\n`, { stderr: full.fd });
    expect(JSON.parse(stdout)).toMatchObject({ stored: 700, states: { ACCEPTED: 700 } });
    expect(code).toBe(1);
  });

  it('says what is wrong where that is stdout, after its work is done', async () => {
    const { code, stderr } = await batch('mobile\n+61422118000\n', { stdout: full.fd });
    expect(stderr).toContain('CANNOT_WRITE: stdout (ENOSPC)');
    expect(stderr).not.toMatch(/^ +at /m);
    expect(code).toBe(1);
    expect((await cli.json<{ states: object }>('status')).states).toMatchObject({ ACCEPTED: 1, SUBMITTING: 0 });
  });

  it('keeps the exit code of wrong usage', async () => {
    expect((await cli.start(['send-batch', '--csv', '-'], NOBODY, cli.folder, { stderr: full.fd }).ended).code).toBe(2);
  });
});
