import { describe, expect, it } from '@jest/globals';
import { inPieces } from '../../../test/cli/written-table.js';
import { TableError } from '../command-errors.js';
import { isMobileName } from './columns.js';
import { openCsv, type CsvRow, type TableFormat } from './csv-rows.js';

async function open(text: string | Buffer, size = 3, given: Partial<TableFormat> = {}) {
  const { format, rows } = await openCsv(inPieces(Buffer.from(text), size), given, isMobileName);
  const all: CsvRow[] = [];
  for await (const row of rows) all.push(row);
  return { format, rows: all };
}

async function read(text: string | Buffer, size = 3, delimiter?: string): Promise<CsvRow[]> {
  return (await open(text, size, { delimiter })).rows;
}

async function fieldsOf(text: string, size?: number): Promise<string[][]> {
  return (await read(text, size)).map(({ fields }) => fields);
}

describe('openCsv', () => {
  it.each([1, 2, 7, 1_000])('reads UTF-8 with a byte order mark, in pieces of %d bytes', async (size) => {
    expect(await read('\uFEFF手机号,名\r\n+61,"王, ""小"""\r\n', size)).toEqual([
      { number: 1, fields: ['手机号', '名'] },
      { number: 2, fields: ['+61', '王, "小"'], quoted: [1] },
    ]);
  });

  it('numbers rows as a spreadsheet does: empty ones count, lines inside quotes do not', async () => {
    const rows = await read('a,b\n\n"two\nlines",x\n , \nc,d');
    expect(rows.map(({ number }) => number)).toEqual([1, 3, 5]);
  });

  it.each([1, 2, 3, 1_000])('reads rows that end in any way, mixed, in pieces of %d bytes', async (size) => {
    expect(await fieldsOf('a,b\nc,"d\r\ne\nf\rg"\r\nh,i\rj,k\r\r\nl,m\n\rn,o', size)).toEqual([
      ['a', 'b'],
      ['c', 'd\r\ne\nf\rg'],
      ['h', 'i'],
      ['j', 'k'],
      ['l', 'm'],
      ['n', 'o'],
    ]);
  });

  it('takes NEL and U+2028 for text', async () => {
    expect(await fieldsOf('a\u0085b\u2028c,d')).toEqual([['a\u0085b\u2028c', 'd']]);
  });

  it('reads files that were joined, byte order marks inside included', async () => {
    expect(await fieldsOf('\uFEFFa,b\n\uFEFF"c",d\n')).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('takes the delimiter it is told, before sep= in the first line, which is no row', async () => {
    expect(await read('a,b;c', 3, ';')).toEqual([{ number: 1, fields: ['a,b', 'c'] }]);
    expect((await open('sep=;\r\nmobile,x;y\n')).rows).toEqual([{ number: 1, fields: ['mobile,x', 'y'] }]);
    expect((await open('"sep=|"\nmobile;x|y\n')).format.delimiter).toBe('|');
    expect(await read('sep=;\nmobile,x;y\n', 3, ',')).toEqual([{ number: 1, fields: ['mobile', 'x;y'] }]);
  });

  it('leaves quotes inside of a field alone, and names those that may have changed what was read', async () => {
    const problem: unknown = expect.stringContaining('a quote that is not closed');
    expect(await read('="+61",5" pipe,"""x"" y"\n"Hi" Ann,b\n"c\nd,"e"\nf,g')).toEqual([
      { number: 1, fields: ['="+61"', '5" pipe', '"x" y'], quoted: [2] },
      { number: 2, fields: ['"Hi" Ann', 'b'], problem },
      { number: 3, fields: ['"c\nd,"e"'], problem },
      { number: 4, fields: ['f', 'g'] },
    ]);
  });

  it('does not read UTF-8 as what it was said to be in', async () => {
    const failure = open('mobile,name\n+33612345678,Zoë\n', 1_000, { encoding: 'windows-1252' });
    await expect(failure).rejects.toThrow(TableError);
    await expect(failure).rejects.toThrow('It is UTF-8, not WINDOWS-1252: leave out --encoding.');
  });

  it('is nothing for nothing', async () => {
    expect(await read('')).toEqual([]);
  });

  it.each([
    ['a quote that is never closed', 'a,b\nc,"d\n', /after row 1/],
    ['a row without end', `a\n"${'x'.repeat(200_000)}`, /after row 1/],
    [
      'another encoding',
      Buffer.from('a\n\xe9\n', 'latin1'),
      /is not UTF-8, and its encoding cannot be told for sure: say which it is, such as --encoding gb18030/,
    ],
    ['UTF-32', Buffer.from('fffe0000610000000a000000', 'hex'), /is UTF-32/],
    [
      'another encoding further down',
      Buffer.concat([Buffer.alloc(140_000, 'a\n'), Buffer.from([0xe9])]),
      /After row \d+: It is not UTF-8 throughout/,
    ],
  ])('stops at %s and says what to mend', async (_what, text, sentence) => {
    const failure = read(text, 50_000);
    await expect(failure).rejects.toThrow(TableError);
    await expect(failure).rejects.toThrow(sentence);
  });
});
