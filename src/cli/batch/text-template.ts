import type { Columns } from './columns.js';

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
    const empty = parts.find((_part, position) => position % 2 === 1 && !fields[indexes[position] ?? -1]?.trim());
    if (empty !== undefined) return { problem: `column ${empty} is empty, and the text needs it` };
    const text = parts.map((part, position) => (position % 2 === 1 ? fields[indexes[position] ?? -1]?.trim() : part));
    return { text: text.join('') };
  };
}
