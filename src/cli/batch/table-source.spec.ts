import { createReadStream, openSync } from 'node:fs';
import { appendFile, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isMobileName } from './columns.js';
import { openCsv } from './csv-rows.js';
import { openRecipients } from './recipients.js';
import { TableSource } from './table-source.js';

const TABLE = 'mobile,text\n+61422118000,Hello\n+61422118001,Your co';

describe.each(['a file', 'stdin'])('a table that is %s', (kind) => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emay-ims-table-'));
    path = join(folder, 'table.csv');
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function openTable(): Promise<TableSource> {
    const { signal } = new AbortController();
    if (kind === 'a file') return TableSource.open(path, signal);
    const before = Object.getOwnPropertyDescriptor(process, 'stdin') as PropertyDescriptor;
    const stdin = createReadStream('', { fd: openSync(path, 'r'), autoClose: false });
    Object.defineProperty(process, 'stdin', { configurable: true, value: stdin });
    try {
      return await TableSource.open(null, signal);
    } finally {
      Object.defineProperty(process, 'stdin', before);
    }
  }

  /** What is read of the table where that happens between its first row and the rest. */
  async function readWhile(happening: () => Promise<void>, table = TABLE): Promise<string[]> {
    await writeFile(path, table);
    const source = await openTable();
    const texts: string[] = [];
    try {
      const csv = await openCsv(source, {}, isMobileName);
      const { all } = await openRecipients(csv, { textColumn: 'text', header: true }, null);
      await happening();
      for await (const recipient of all) texts.push(recipient.row.fields[1] ?? '');
      return texts;
    } catch (error) {
      throw Object.assign(error as Error, { texts });
    } finally {
      await source.close();
    }
  }

  const CHANGED = { message: expect.stringMatching(/^After row \d+: It has changed while it was read/) };
  const ofSize = (size: number) => `mobile,text\n${'+61422118000,Hello\n'.repeat(size)}+61422118001,Your co`;

  it.each([1, 10_000])('and grows is not read to a row that is not whole, after %d rows', async (size) => {
    const growing = readWhile(() => appendFile(path, 'de is 4711\n'), ofSize(size));
    await expect(growing).rejects.toMatchObject(CHANGED);
    const { texts } = (await growing.catch((error: unknown) => error)) as { texts: string[] };
    expect(new Set(texts)).toEqual(new Set(['Hello']));
  });

  it.each([
    ['is cut short', () => writeFile(path, 'mobile')],
    ['is written anew', () => writeFile(path, TABLE.toUpperCase()).then(() => utimes(path, 1, 1))],
  ])('and %s is not read', async (_what, happening) => {
    await expect(readWhile(happening)).rejects.toMatchObject(CHANGED);
  });

  it('is read to its end as it is, also where another takes its name', async () => {
    expect(await readWhile(async () => undefined)).toEqual(['Hello', 'Your co']);
    const other = join(folder, 'other.csv');
    await writeFile(other, 'mobile,text\n');
    expect(await readWhile(() => rename(other, path))).toEqual(['Hello', 'Your co']);
  });
});
