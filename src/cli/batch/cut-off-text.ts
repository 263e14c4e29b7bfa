import { isMobileName } from './columns.js';

/** Where the numbers of a table stand, and what is one. */
interface Table {
  columns: number;
  to: number;
  isNumber: (field: string) => boolean;
  /** Short rows are filled up with blank fields. */
  isFailuresFile: boolean;
}

/** What stands where there is no number, compared in lower case. */
const NO_NUMBER = /^(n\/?a|none|null|nil|nan|unknown|undefined|tbd|test|无|空|没有|未知|未填|暂无)$/;
const DAMAGED_NUMBER = /(\p{Nd}.*){5}/u;

export const CUT_OFF =
  'the row below may be the rest of this text: put quotes around a text of several lines, or take that row out';

export const BEGUN_ABOVE =
  'the row above may be the beginning of this text: put quotes around a text of several lines, or take that row out';

/** Whether a row may be the rest of a text of several lines without quotes, whose beginning is behind a number in the row above. */
export function isRestOfText(fields: readonly string[], { columns, to, isNumber, isFailuresFile }: Table): boolean {
  if (fields.length < columns) return true;
  // Filled up: such as a number, which may be a recipient without a text, or the rest of "Call us at".
  if (isFailuresFile && isBlank(fields.slice(to + 1))) return true;
  const field = fields[to] ?? '';
  if (isNumber(field)) return false;
  return isProse(field.trim()) || isBlank(fields.toSpliced(to, 1));
}

/** Whether a row may be the beginning of a text of several lines without quotes, whose rest is before a number in the row below. */
export function isBeginningOfText(fields: readonly string[], { columns, to, isFailuresFile }: Table): boolean {
  if (fields.length < columns) return true;
  // Filled up, or a recipient without a number.
  if (isFailuresFile && isBlank(fields.slice(to))) return true;
  // From the end: a row that has its number there has ended, however many delimiters its text holds.
  return isProse(fields.at(to - columns)?.trim() ?? '');
}

function isBlank(fields: readonly string[]): boolean {
  return fields.every((field) => field.trim() === '');
}

function isProse(field: string): boolean {
  return (
    /\p{L}/u.test(field) &&
    !DAMAGED_NUMBER.test(field) &&
    !NO_NUMBER.test(field.toLowerCase()) &&
    // A header again, where files were put together.
    !isMobileName(field)
  );
}
