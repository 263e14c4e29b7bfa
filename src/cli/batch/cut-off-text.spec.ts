import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { problemsOf, read } from '../../../test/cli/read-table.js';
import type { RecipientOptions } from './recipients.js';

describe('a table of recipients', () => {
  it('sends no text that was broken over lines without quotes, and all others', async () => {
    const cut = expect.stringContaining('the row below may be the rest of this text');
    const long = '+61422118000,Your code is 4711.';
    for (const rest of ['Valid for 5 minutes.', 'Valid, for five minutes', '请勿泄露,谢谢', ' 5']) {
      expect(await problemsOf(`mobile,短信内容\n${long}\n${rest}\n+61422118001,Hi\n`)).toEqual([
        cut,
        expect.any(String),
        null,
      ]);
      expect(await problemsOf(`mobile,短信内容\n"+61422118000","Hi"\n${rest}\n`)).toEqual([null, expect.any(String)]);
      // The failures file that tells so, fed in as it is.
      const told = `mobile,短信内容,failed_row,failed_because\n${long},2,"a, b"\n${rest.includes(',') ? rest : `${rest},`},3,c\n`;
      expect(await problemsOf(told)).toEqual([cut, expect.any(String)]);
    }
    // Also where it is a number, or the text ends with a quote of its own.
    expect(await problemsOf('mobile,短信内容\n+61422118000,Call us at\n+61422118001\n')).toEqual([
      cut,
      'has 1 of 2 columns',
    ]);
    const toldNumber = 'mobile,短信内容,failed_row,failed_because\n+61422118000,Call us at,2,a\n+61422118001,,3,b\n';
    expect(await problemsOf(toldNumber)).toEqual([cut, expect.any(String)]);
    expect(await problemsOf('mobile,短信内容\n+61422118000,Say "hi"\nto Ann\n')).toEqual([cut, expect.any(String)]);
    // A recipient without a text, as spreadsheets write it.
    expect(await problemsOf('mobile,短信内容\n+61422118000,Hi\n+61422118001,\n')).toEqual([null, expect.any(String)]);
    const named = 'name,mobile,短信内容\nAnn,+61422118000,Hi\nyou\n';
    expect(await problemsOf(named)).toEqual([cut, expect.any(String)]);
    expect(await problemsOf(named, { text: 'Hi {{name}}', header: true })).toEqual([null, expect.any(String)]);
    expect(
      await problemsOf(
        'mobile,短信内容\n+61422118000,Hi\nn/a,Hi\n+61422118000,Yes\nmobile,短信内容\n+61422118001,Hi\n',
      ),
    ).toEqual([null, expect.any(String), null, expect.any(String), null]);
  });

  it('sends no piece of a text that was broken over lines without quotes, in whatever order the columns are', async () => {
    const line = fc.array(fc.constantFrom('Hello', 'your code is 4711', '请勿泄露'), { minLength: 1, maxLength: 4 });
    const broken = fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.map((one) => one.join(', ')));
    const columns = fc.shuffledSubarray(['mobile', 'text', 'name', 'note'], { minLength: 2 });
    const filledUp = fc.boolean();
    await fc.assert(
      fc.asyncProperty(fc.array(broken, { maxLength: 6 }), columns, filledUp, async (texts, names, isFilledUp) => {
        fc.pre(names.includes('mobile') && names.includes('text'));
        const written = texts.map((lines, index) => {
          const cells: Record<string, string> = {
            mobile: `+6142211800${index}`,
            text: lines.join('\n'),
            name: 'Ann',
            note: 'x',
          };
          return names.map((name) => cells[name]).join(',');
        });
        const lines = written.join('\n').split('\n');
        const fed = isFilledUp
          ? lines.map(
              (one, index) => `${one}${','.repeat(Math.max(0, names.length - one.split(',').length))},${index},x`,
            )
          : lines;
        const head = isFilledUp ? [...names, 'failed_row', 'failed_because'] : names;
        const all = await read(Buffer.from([head, ...fed].join('\n')), { textColumn: 'text', header: true });
        const whole = new Set(texts.map((one) => one.join('\n')));
        for (const one of all) if ('message' in one) expect(whole).toContain(one.message.content);
      }),
      { numRuns: 300 },
    );
  });

  describe('whose text stands before the number', () => {
    const TEXT: RecipientOptions = { textColumn: 'text', header: true };
    const begun = expect.stringContaining('the row above may be the beginning of this text');
    const rejected = expect.any(String);

    it('sends no text that was broken over lines without quotes, and all others', async () => {
      for (const start of ['Your code is 4711.', 'Your code, it is', '您的验证码', '5 ', 'Hi\nYour code is 4711.']) {
        const table = `text,mobile\nHi,+61422118000\n${start}\nNever share it,+61422118001\nHi,+61422118002\n`;
        expect(await problemsOf(table, TEXT)).toEqual([null, ...start.split('\n').map(() => rejected), begun, null]);
        const quoted = `text,mobile\n${start}\n"Never share it",+61422118001\n`;
        expect((await problemsOf(quoted, TEXT)).at(-1)).toBeNull();
      }
    });

    it('nor the failures file that tells so, fed in as it is or filled up', async () => {
      const head = 'text,mobile,failed_row,failed_because\n';
      for (const start of ['Your code is 4711.,', '+61422118000,', 'Your code, it is']) {
        expect(await problemsOf(`${head}${start},2,a\nNever share it,+61422118001,3,b\n`, TEXT)).toEqual([
          rejected,
          begun,
        ]);
      }
    });

    it.each([
      ['name,text,mobile', 'Ann,Your code is 4711.', 'Never share it, never,+61422118001'],
      ['name,text,mobile', 'Ann,Hello, you', 'Never share it, never,+61422118001'],
      ['name,text,mobile,note', 'Ann,Hello, you', 'Never share it, never,+61422118001,x'],
    ])('whatever stands beside it: %s', async (head, start, rest) => {
      expect(await problemsOf(`${head}\n${start}\n${rest}\n`, TEXT)).toEqual([rejected, begun]);
    });

    it('sends what is below a row that is wrong in another way', async () => {
      const table = [
        'text,mobile',
        'No number,',
        'A,+61422118001',
        'A comma, without quotes,+61422118000',
        'B,+61422118002',
        'No number,n/a',
        'C,+61422118003',
        'text,mobile',
        'D,+61422118004',
      ];
      expect(await problemsOf(table.join('\n'), TEXT)).toEqual([
        ...[rejected, null, rejected, null],
        ...[rejected, null, rejected, null],
      ]);
      const template: RecipientOptions = { text: 'Hi {{text}}', header: true };
      expect(await problemsOf('text,mobile\nAnn\nBob,+61422118001\n', template)).toEqual([rejected, null]);
    });

    it('sends no text that holds rows, also not from a failures file', async () => {
      const field = '"Hello Ann,+61422118000\nScreen 24"';
      const holds = 'holds the rows below it: a quote is not closed';
      expect(await problemsOf(`text,mobile\n${field},+61422118001\n`, TEXT)).toEqual([holds]);
      const told = `text,mobile,failed_row,failed_because\n${field},+61422118001,2,a\n`;
      expect(await problemsOf(told, TEXT)).toEqual([holds]);
    });
  });

  it.each([
    ['mobile,text,note', '+61422118000,Hello, you', 'Bye,x'],
    ['id,mobile,text,note', '1,+61422118000,Hello, you', 'Bye, see you,x'],
  ])('sends no beginning of a text that has a column behind it: %s', async (head, start, rest) => {
    const options: RecipientOptions = { textColumn: 'text', header: true };
    const cut = expect.stringContaining('the row below may be the rest of this text');
    expect(await problemsOf(`${head}\n${start}\n${rest}\n`, options)).toEqual([cut, expect.any(String)]);
    const quoted = start.replace('Hello', '"Hello"');
    expect(await problemsOf(`${head}\n${quoted}\n${rest}\n`, options)).toEqual([null, expect.any(String)]);
  });

  it('sends no text whose rest a spreadsheet has filled up in the failures file, wherever the number stands', async () => {
    const head = 'name,mobile,短信内容,failed_row,failed_because\nAnn,+61422118000,Hi,2,a\n';
    for (const rest of ['you,,', '+61422118001,,', 'Ann,+61422118001,']) {
      expect(await problemsOf(`${head}${rest},3,b\n`)).toEqual([
        expect.stringContaining('the row below may be the rest of this text'),
        expect.any(String),
      ]);
    }
    expect(await problemsOf(`${head}Bob,,Hi,3,b\n`)).toEqual([null, expect.any(String)]);
  });
});
