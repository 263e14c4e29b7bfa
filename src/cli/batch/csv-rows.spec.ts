import { describe, expect, it } from '@jest/globals';
import { TableError } from '../command-errors.js';
import { readCsv, type CsvRow } from './csv-rows.js';
import { delimiterOf } from './delimiter.js';

/** The text as it comes from a disk, in pieces that respect no character. */
async function* inPieces(text: string | Buffer, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function read(text: string | Buffer, size = 3, delimiter?: string): Promise<CsvRow[]> {
  const rows: CsvRow[] = [];
  for await (const row of readCsv(inPieces(text, size), delimiter)) rows.push(row);
  return rows;
}

describe('readCsv', () => {
  it.each([1, 2, 7, 1_000])('reads UTF-8 with a byte order mark, in pieces of %d bytes', async (size) => {
    expect(await read('\uFEFF手机号,名\r\n+61,"王, ""小"""\r\n', size)).toEqual([
      { number: 1, fields: ['手机号', '名'] },
      { number: 2, fields: ['+61', '王, "小"'] },
    ]);
  });

  it('numbers rows as a spreadsheet does: empty ones count, lines inside quotes do not', async () => {
    const rows = await read('a,b\n\n"two\nlines",x\n , \nc,d');
    expect(rows.map(({ number }) => number)).toEqual([1, 3, 5]);
  });

  it('takes the delimiter it is told', async () => {
    expect(await read('a,b;c', 3, ';')).toEqual([{ number: 1, fields: ['a,b', 'c'] }]);
  });

  it('is nothing for nothing', async () => {
    expect(await read('')).toEqual([]);
  });

  it.each([
    ['a quote that is never closed', 'a,b\nc,"d\n', /after row 1/],
    ['a row without end', `a\n"${'x'.repeat(200_000)}`, /after row 1/],
    ['another encoding', Buffer.from([0x61, 0x0a, 0xca, 0xd6]), /is not UTF-8/],
  ])('stops at %s and says what to mend', async (_what, text, sentence) => {
    const failure = read(text, 50_000);
    await expect(failure).rejects.toThrow(TableError);
    await expect(failure).rejects.toThrow(sentence);
  });
});

describe('delimiterOf', () => {
  it.each([
    ['a,b,c', ','],
    ['a;b;c\n1,2,3,4,5', ';'],
    ['a\tb', '\t'],
    ['a|b', '|'],
    ['"x,y,z";b', ';'],
    ['mobile', ','],
    ['', ','],
  ])('of %j is %j', (text, delimiter) => {
    expect(delimiterOf(text)).toBe(delimiter);
  });
});
