import { describe, expect, it } from '@jest/globals';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { csvLine } from '../../libs/emay-ims-console/src/exports/csv.js';
import { guarded, withoutGuard } from '../../src/cli/batch/formula-cells.js';

const field = fc
  .array(fc.constantFrom('=', '+', '-', '@', '＝', "'", '"', ';', ',', '\t', '\r', '\n', ' ', 'a', '1'), {
    maxLength: 10,
  })
  .map((parts) => parts.join(''));
const row = fc.array(field, { minLength: 1, maxLength: 3 });
const RUNS = { numRuns: 5_000 };

/** The cells as Excel makes them of a file: what follows a closing quote is part of the cell. */
function cellsOf(text: string, delimiter: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let isQuoted = text.startsWith('"');
  for (let at = isQuoted ? 1 : 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (isQuoted && character === '"' && text[at + 1] === '"') cell += text[at++];
    else if (isQuoted && character === '"') isQuoted = false;
    else if (!isQuoted && (character === delimiter || /[\r\n]/.test(character))) {
      cells.push(cell);
      cell = '';
      if (text[at + 1] === '"') [isQuoted, at] = [true, at + 1];
    } else cell += character;
  }
  return [...cells, cell];
}

/** A number in E.164 is none, and the console writes it as it is. */
const isFormula = (cell: string) => /^[=+\-@＝]/.test(cell) && !/^\+\d+$/.test(cell);

describe.each([
  ['the command line', (fields: string[]) => stringify([fields.map(guarded)])],
  ['the console', (fields: string[]) => csvLine(fields)],
])('CSV of %s', (_whose, write) => {
  it('begins no cell with a formula, at whatever the spreadsheet splits it', () => {
    fc.assert(
      fc.property(row, (fields) => {
        for (const delimiter of [',', ';', '\t']) {
          expect(cellsOf(write(['id', ...fields]), delimiter).filter(isFormula)).toEqual([]);
        }
      }),
      RUNS,
    );
  });

  it.each([
    ["Hi;=cmd|'/C calc'!A0;", "Hi;'=cmd|'/C calc'!A0;"],
    ['A\n=1+1', '"A\n\'=1+1"'],
    ['A\r\n-1', '"A\r\n\'-1"'],
    ['a,@b', '"a,\'@b"'],
    ['x;"=1"', '"x;""\'=1"""'],
    ["a;'=1", "a;''=1"],
    ["'=1", "''=1"],
    ['=1', "'=1"],
    ['Dear Ann,\nhello', '"Dear Ann,\nhello"'],
    ['a-b; c=d', 'a-b; c=d'],
  ])('writes %j as %j', (value, expected) => {
    const [written] = [write([value])];
    // The console puts quotes around more than it must.
    expect([expected, `"${expected}"`]).toContain(written.trimEnd());
  });
});

const unquoted = (line: string) =>
  line.startsWith('"') ? line.slice(1, -'"\r\n'.length).replaceAll('""', '"') : line.slice(0, -'\r\n'.length);

describe('a field of the command line', () => {
  it('is read as it was, and guarded as the console does', () => {
    fc.assert(
      fc.property(field, (value) => {
        expect(withoutGuard(guarded(value))).toBe(value);
        if (/^\+\d+$/.test(value)) return; // A number is none to the console.
        expect(unquoted(csvLine([value]))).toBe(guarded(value));
      }),
      RUNS,
    );
  });
});
