import type { Columns } from './columns.js';
import { damageTo } from './damaged-cells.js';

const PLACEHOLDER = /\{\{\s*(.+?)\s*\}\}/g;

/** The text of a row, or why there is none. */
export type RowText = { text: string } | { problem: string };

/**
 * Compiles a text with `{{column}}` placeholders.
 *
 * @throws UsageError for a column that is not there
 */
export function compileText(template: string, columns: Columns): (fields: readonly string[]) => RowText {
  // Split by a pattern with one group: texts at even positions, names at odd ones.
  const parts = template.split(PLACEHOLDER);
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

/** Takes the text of a row from a column. */
export function columnText(name: string, columns: Columns): (fields: readonly string[]) => RowText {
  const index = columns.indexOf(name);
  return (fields) => {
    const text = fields[index] ?? '';
    const damage = damageTo(text);
    return damage === null ? { text } : { problem: `column ${name} ${damage}` };
  };
}

function problemWith(column: string, value: string): string | null {
  if (value === '') return `column ${column} is empty, and the text needs it`;
  const damage = damageTo(value);
  return damage && `column ${column} ${damage}`;
}
