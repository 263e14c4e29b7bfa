import { describe, expect, it } from '@jest/globals';
import { UsageError } from '../command-errors.js';
import { Columns } from './columns.js';
import { compileText, unfilledIn } from './text-template.js';

const COLUMNS = new Columns(['mobile', 'name', '城市']);

describe('compileText', () => {
  it('fills in the columns, blanks around name and value aside', () => {
    const textOf = compileText('Hi {{name}}, {{ 城市 }} and {{name}}!', COLUMNS);
    expect(textOf(['+61', ' Ann ', '上海'])).toEqual({ text: 'Hi Ann, 上海 and Ann!' });
  });

  it('leaves a text without placeholders as it is, single braces included', () => {
    expect(compileText('{name} $& $1', COLUMNS)(['', '', ''])).toEqual({ text: '{name} $& $1' });
  });

  it('puts a value in as it is, even where it looks like a placeholder', () => {
    expect(compileText('{{name}}', COLUMNS)(['', '{{城市}}', 'x'])).toEqual({ text: '{{城市}}' });
  });

  it.each([[['', '', 'x']], [['', ' ', 'x']], [[]]])('has no text where a value is missing: %j', (fields) => {
    expect(compileText('Hi {{name}}', COLUMNS)(fields)).toEqual({
      problem: 'column name is empty, and the text needs it',
    });
  });

  it.each([
    ['Hi {{name, see you'],
    ['Hi name}}'],
    ['Hi {name}}'],
    ['Hi {{}}'],
    ['Hi {{na\nme}}'],
    ['Hi {{name}}}}'],
    ['Hi {{ }}'],
    ['Hi ｛｛name｝｝'],
    ['Hi ｛{name｝}'],
    ['Hi {{name｝｝'],
  ])('refuses %j, whose braces are no placeholder', (template) => {
    expect(() => compileText(template, COLUMNS)).toThrow(UsageError);
  });

  it('refuses a column that is not there', () => {
    expect(() => compileText('Hi {{nick}}', COLUMNS)).toThrow(UsageError);
  });
});

describe('unfilledIn', () => {
  it.each(['Hi {{name}}', 'Hi ｛｛name｝｝', 'Hi {{name'])('finds a placeholder in %j', (text) => {
    expect(unfilledIn(text)).toContain('is not filled in');
  });

  it.each(['Hi {name}', 'Hi :}}', '{ { } }', 'Hi'])('finds none in %j', (text) => {
    expect(unfilledIn(text)).toBeNull();
  });
});
