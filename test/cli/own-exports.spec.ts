import { describe, expect, it } from '@jest/globals';
import { csvLine } from '../../libs/emay-ims-console/src/exports/csv.js';
import { COLUMNS } from '../../libs/emay-ims-console/src/exports/message-columns.js';
import { openCsv } from '../../src/cli/batch/csv-rows.js';
import { openRecipients } from '../../src/cli/batch/recipients.js';
import { inPieces } from './written-table.js';

const TEXTS = ['=1+1', "'=1", '@Ann; "=2"', 'Two\n- lines', "a;'+b", '-'];

async function textsOf(lines: readonly string[]): Promise<unknown[]> {
  const table = await openCsv(inPieces(Buffer.from(lines.join('')), 1_000), {}, (field) => field === 'mobile');
  const options = { textColumn: 'content', idColumn: 'customImsId', header: true };
  const texts: unknown[] = [];
  for await (const recipient of (await openRecipients(table, options, null)).all) {
    texts.push('message' in recipient ? recipient.message.content : recipient.problem);
  }
  return texts;
}

const rowOf = (columns: readonly string[], content: string, row: number) =>
  csvLine(
    columns.map((column) => {
      if (column === 'content') return content;
      return column === 'mobile' ? '+61422118000' : column === 'customImsId' ? `-${row}` : null;
    }),
  );

describe('a table that the console has exported', () => {
  it('is sent as it was, without the apostrophes against formulas', async () => {
    expect(await textsOf([csvLine(COLUMNS), ...TEXTS.map((text, row) => rowOf(COLUMNS, text, row))])).toEqual(TEXTS);
  });

  it('is known by its columns in whatever order and number, and no other table is', async () => {
    const some = ['content', 'note', 'reportState', 'state', 'mobile', 'imsId', 'customImsId'];
    expect(await textsOf([csvLine(some), rowOf(some, '=1', 0)])).toEqual(['=1']);
    const other = ['content', 'mobile', 'customImsId'];
    expect(await textsOf([csvLine(other), rowOf(other, '=1', 0)])).toEqual(["'=1"]);
  });
});
