import { UsageError } from '../command-errors.js';
import type { Columns } from './columns.js';
import { damageTo } from './damaged-cells.js';

const PLACEHOLDER = /\{\{\s*(.+?)\s*\}\}/g;

/** Full-width ones, too, which Chinese keyboards write. */
const OPEN = /[{｛]{2}/;
const CLOSED = /[}｝]{2}/;

/** The text of a row, or why there is none. */
export type RowText = { text: string } | { problem: string };

/**
 * Compiles a text with `{{column}}` placeholders.
 *
 * @throws UsageError for a column that is not there, or braces that belong to no placeholder
 */
export function compileText(template: string, columns: Columns): (fields: readonly string[]) => RowText {
  // Split by a pattern with one group: texts at even positions, names at odd ones.
  const parts = template.split(PLACEHOLDER);
  if (parts.some((part, position) => position % 2 === 0 && (OPEN.test(part) || CLOSED.test(part)))) {
    throw new UsageError(
      '--text has double braces that belong to no placeholder: write {{column}}, in one line, with the braces { and }.',
    );
  }
  const indexes = parts.map((part, position) => (position % 2 === 1 ? columns.indexOf(part) : -1));
  return (fields) => {
    const texts: string[] = [];
    for (const [position, part] of parts.entries()) {
      const value = position % 2 === 1 ? (fields[indexes[position] ?? -1] ?? '').trim() : part;
      const problem = position % 2 === 1 ? problemWith(part, value) : null;
      if (problem !== null) return { problem };
      texts.push(value);
    }
    return { text: texts.join('') };
  };
}

/** Where the values of a template stand. @throws UsageError for a column that is not there */
export function columnsIn(template: string, columns: Columns): number[] {
  return [...template.matchAll(PLACEHOLDER)].map(([, name = '']) => columns.indexOf(name));
}

/** Takes the text of a row from a column. */
export function columnText(name: string, columns: Columns): (fields: readonly string[]) => RowText {
  const index = columns.indexOf(name);
  return (fields) => {
    const text = fields[index] ?? '';
    const damage = damageTo(text);
    return damage === null ? { text } : { problem: `column ${name} ${damage}` };
  };
}

/** What is wrong with a text as it would be sent: a template that something else should have filled in. */
export function unfilledIn(text: string): string | null {
  return OPEN.test(text)
    ? 'text holds a placeholder, {{ or ｛｛, that is not filled in: write what it stands for'
    : null;
}

function problemWith(column: string, value: string): string | null {
  if (value === '') return `column ${column} is empty, and the text needs it`;
  const damage = damageTo(value);
  return damage && `column ${column} ${damage}`;
}
