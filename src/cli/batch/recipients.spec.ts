import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CAMPAIGN, problemsOf, read, TEXT_COLUMN } from '../../../test/cli/read-table.js';
import { encoded, ENCODINGS } from '../../../test/cli/written-table.js';
import { withoutGuard } from './formula-cells.js';
import { withoutProtection } from './protected-cells.js';
import type { Recipient } from './recipients.js';

const messagesIn = (recipients: readonly Recipient[]) =>
  recipients.map((recipient) => {
    if ('problem' in recipient) throw new Error(recipient.problem);
    return recipient.message.customImsId;
  });

const piece = fc.constantFrom(
  '您的',
  '验证码',
  'Zoë',
  ' ',
  ',',
  ';',
  '\t',
  '|',
  '"',
  "'",
  '=',
  '+1',
  '-',
  '@',
  '\n',
  '12',
  '。',
);
const text = fc
  .array(piece, { minLength: 1, maxLength: 12 })
  .map((pieces) => pieces.join(''))
  .filter((content) => content.trim() !== '' && withoutProtection(content) === content);
const rows = fc.array(fc.record({ subscriber: fc.integer({ min: 0, max: 999 }), text }), {
  minLength: 1,
  maxLength: 8,
});
const END = fc.constantFrom('\n', '\r\n', '\r');
const manner = fc.record({
  encoding: fc.constantFrom(...ENCODINGS),
  hasMark: fc.boolean(),
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  isDeclared: fc.boolean(),
  quotesAll: fc.boolean(),
  ends: fc.infiniteStream(END),
  innerEnd: END,
  blanks: fc.constantFrom('', ' ', '  '),
  form: fc.constantFrom('NFC', 'NFD'),
  number: fc.constantFrom<(digits: string) => string>(
    (digits) => `+${digits}`,
    (digits) => `00${digits}`,
    (digits) => `="+${digits}"`,
    (digits) => `'+${digits}`,
    (digits) => ` +${digits.slice(0, 2)} ${digits.slice(2)} `,
  ),
  columns: fc.shuffledSubarray(['手机号', '短信内容', 'note', 'Empty'], { minLength: 4 }),
  hasEmptyRows: fc.boolean(),
  pieceSize: fc.integer({ min: 1, max: 100 }),
});

describe('a table of recipients', () => {
  it('becomes the same messages with the same ids, however it is written', async () => {
    await fc.assert(
      fc.asyncProperty(rows, manner, async (written, how) => {
        // As of a failures file without its columns.
        fc.pre(
          !how.number('').startsWith("'") || written.every((row) => withoutGuard(row.text.trim()) === row.text.trim()),
        );
        // What GB18030 writes with two bytes has no letters of two parts.
        const form = how.encoding === 'gb18030' ? 'NFC' : how.form;
        const field = (value: string) =>
          how.quotesAll || /["\r\n]/.test(value) || value.includes(how.delimiter) || value.startsWith('"')
            ? `"${value.replaceAll('"', '""')}"`
            : value;
        const cellsOf = (values: Record<string, string>) =>
          how.columns.map((name) => field(values[name] ?? '')).join(how.delimiter) + String(how.ends.next().value);
        const lines = written.map(({ subscriber, text: content }) =>
          cellsOf({
            手机号: how.number(`61422118${String(subscriber).padStart(3, '0')}`),
            短信内容: how.blanks + content.trim().replaceAll('\n', how.innerEnd).normalize(form) + how.blanks,
            note: `客户, "${subscriber}"`,
          }),
        );
        const header = cellsOf(Object.fromEntries(how.columns.map((name) => [name, name])));
        const declaration = how.isDeclared ? `sep=${how.delimiter}\r\n` : '';
        const table = declaration + header + lines.join(how.hasEmptyRows ? '\r\n\n' : '');
        // Zoë is no letter of GB18030's two bytes.
        const bytes = encoded(
          how.encoding === 'gb18030' ? table.replaceAll('ë', 'e') : table,
          how.encoding,
          how.hasMark,
        );
        const expected = written.map(({ subscriber, text: content }) =>
          CAMPAIGN.idOf(
            `+61422118${String(subscriber).padStart(3, '0')}`,
            how.encoding === 'gb18030' ? content.replaceAll('ë', 'e') : content,
          ),
        );
        expect(messagesIn(await read(bytes, TEXT_COLUMN, how.pieceSize))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('names what may have been read in the wrong way, and what is no recipient', async () => {
    const table = [
      'mobile,短信内容',
      '+61422118000,"Hello\n+61422118001,Bob"',
      '+61422118002,"Hi" there',
      '6.1422E+10,Hi',
      '0422118000,Hi',
      '+61422118003,Hi,there',
      '+61422118004',
      '+61422118005,Hi\0',
      '+61422118006,"Hello\nyou"',
    ];
    expect(await problemsOf(table.join('\n'))).toEqual([
      'holds the rows below it: a quote is not closed',
      expect.stringContaining('a quote that is not closed or not doubled'),
      expect.stringContaining('digits are lost'),
      expect.stringContaining('--country-code'),
      expect.stringContaining('has 3 of 2 columns'),
      'has 1 of 2 columns',
      'content must not contain NUL',
      null,
    ]);
  });

  it('takes no id that a spreadsheet has shortened, and every other', async () => {
    const ids = ['2.01804E+19', '2,01804E+19', '2E+19', '2024E-15', '3E+2', '#WIN!', '12E45', '7e12', '20180412'];
    const table = ids.map((id, row) => `"${id}",+61422118${100 + row},Hi`);
    const shortened = expect.stringContaining('its id was shortened by a spreadsheet');
    expect(
      await problemsOf(['order,mobile,短信内容', ...table].join('\n'), { ...TEXT_COLUMN, idColumn: 'order' }),
    ).toEqual([...Array<unknown>(3).fill(shortened), ...Array<null>(6).fill(null)]);
  });

  it('takes a protected cell for what it shows: a spreadsheet that saves the table leaves that alone', async () => {
    const header = 'order,mobile,name,短信内容\n';
    const cells = ['20181234567890123456', '+61422118000', 'Ann', '2 for 1, say "hi"'];
    const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
    const plain = header + cells.map(quote).join(',');
    const guarded = header + cells.map((cell) => quote(`=${quote(cell)}`)).join(',');
    for (const options of [TEXT_COLUMN, { text: 'Hi {{name}}', header: true }]) {
      const written = await read(Buffer.from(guarded), { ...options, idColumn: 'order' });
      const messages = written.map((recipient) => 'message' in recipient && recipient.message);
      expect(messages).toMatchObject([
        { customImsId: cells[0], mobile: cells[1], content: 'text' in options ? 'Hi Ann' : cells[3] },
      ]);
      const saved = await read(Buffer.from(plain), { ...options, idColumn: 'order' });
      expect(messages).toEqual(saved.map((recipient) => 'message' in recipient && recipient.message));
      // The failures file has it as it was, for a spreadsheet again.
      expect(written[0]?.row.fields[0]).toBe(`="${cells[0]}"`);
    }
    expect(await problemsOf('="mobile",="短信内容"\n="+61422118000",="Hi"\n')).toEqual([null]);
    expect(
      await problemsOf('order,mobile,短信内容\n="2.01804E+19",+61422118000,Hi\n="",+61422118000,"=""#N/A"""', {
        ...TEXT_COLUMN,
        idColumn: 'order',
      }),
    ).toEqual([
      expect.stringContaining('its id was shortened'),
      expect.stringContaining('column 短信内容 is an error of a spreadsheet'),
    ]);
  });

  it('sends no error that a spreadsheet has written in place of a value', async () => {
    const table =
      'order,mobile,name,短信内容\nA-1,+61422118000,#N/A,Hi\nA-2,+61422118001,Ann,########\n#REF!,+61422118002,Bob,Hi\n';
    const error = (column: string) =>
      `column ${column} is an error of a spreadsheet: correct the formula, or write the value`;
    const idColumn = 'order';
    const wrongId = expect.stringContaining('its id is an error of a spreadsheet');
    expect(await problemsOf(table, TEXT_COLUMN)).toEqual([null, error('短信内容'), null]);
    expect(await problemsOf(table, { text: 'Hi {{ name }}', idColumn, header: true })).toEqual([
      error('name'),
      null,
      wrongId,
    ]);
  });

  it('reads a failures file wherever its columns have been moved to, and sends no apostrophe of one that has lost them', async () => {
    const texts = async (table: string) =>
      (await read(Buffer.from(table))).map((recipient) =>
        'message' in recipient ? recipient.message.content : recipient.problem,
      );
    expect(
      await texts(
        "mobile,短信内容,failed_row,failed_because,note\n'+61422118000,'-20% today,2,a,x\n'+61422118001,Hello,you,3,b\n",
      ),
    ).toEqual(['-20% today', expect.stringContaining('has 5 of 3 columns')]);
    const guarded = expect.stringContaining('has apostrophes that a failures file or an export put before formulas');
    expect(
      await texts(
        "mobile,短信内容\n'+61422118000,'-20% today\n'+61422118001,Hi\n'+61422118002,'Tis\n+61422118003,'-20%\n",
      ),
    ).toEqual([guarded, 'Hi', "'Tis", "'-20%"]);
    // Of fields that are not sent it does not matter, such as another number.
    const unused = "mobile,短信内容,second\n'+61422118000,Hi,'+61422118001\n";
    expect(await texts(unused)).toEqual(['Hi']);
    expect(await problemsOf(unused, { text: 'Hi {{second}}', header: true })).toEqual([guarded]);
    // A failures file in turn tells the same of it.
    expect(await texts("mobile,短信内容,failed_row,failed_because\n''+61422118000,''-20% today,2,a\n")).toEqual([
      guarded,
    ]);
  });

  it('sends no placeholder that nobody has filled in', async () => {
    const table = 'mobile,name,短信内容\n+61422118000,{{first_name}},Hi ｛｛姓名｝｝\n+61422118001,Ann,Hi {Ann}\n';
    const unfilled = expect.stringContaining('holds a placeholder');
    expect(await problemsOf(table, TEXT_COLUMN)).toEqual([unfilled, null]);
    expect(await problemsOf(table, { text: 'Hi {{name}}', header: true })).toEqual([unfilled, null]);
  });

  it('sends nothing that could not be decoded', async () => {
    const table =
      'order,mobile,name,短信内容\nA-1,+61422118000,Zo\uFFFD,Hi\nA-2,+61422118001,Ann,\uECA8\nA-3,+61422118002,Zoë,您好\n';
    const idColumn = 'order';
    const inColumn = (name: string, character: string) =>
      expect.stringContaining(
        `column ${name} holds ${character}, which stands for a character that could not be decoded`,
      );
    expect(await problemsOf(table, TEXT_COLUMN)).toEqual([null, inColumn('短信内容', 'U+ECA8'), null]);
    expect(await problemsOf(table, { text: 'Hi {{name}}', idColumn, header: true })).toEqual([
      inColumn('name', 'U+FFFD'),
      null,
      null,
    ]);
  });

  it('sends texts and values that only look a little like those', async () => {
    const table = 'mobile,name,短信内容\n+61422118000,2024E-15,#WIN!\n+61422118001,#SALE!,3E+2\n';
    expect(await problemsOf(table, TEXT_COLUMN)).toEqual([null, null]);
    expect(await problemsOf(table, { text: 'Hi {{ name }}', header: true })).toEqual([null, null]);
  });

  it('finds columns in other case and passes over blank ones at the end', async () => {
    expect(await problemsOf('MOBILE,Name,,\n+61422118000,Ann\n', { text: 'Hi {{name}}', header: true })).toEqual([
      null,
    ]);
  });
});
