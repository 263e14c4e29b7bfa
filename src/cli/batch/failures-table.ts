import { FAILURE_COLUMNS } from './failures-file.js';
import { withoutGuard } from './formula-cells.js';

/** A failures file that is fed in again: the columns of the table it was made from, and its rows as they were there. */
export interface FailuresTable {
  columns: string[];
  /** All fields of a row, whether or not it still tells the failure. */
  original: (fields: readonly string[]) => string[];
}

/** A failures file by its first row, wherever its own columns are; `null` where that is of another table. */
export function failuresTableOf(first: readonly string[]): FailuresTable | null {
  const names = withoutBlankEnd(first, 0).map((name) => withoutGuard(name.trim()));
  const own = FAILURE_COLUMNS.map((name) => names.indexOf(name));
  if (own.includes(-1)) return null;
  const { length: width } = names;
  const columns = names.filter((_name, position) => !own.includes(position));
  const areLast = own.every((position, index) => position === columns.length + index);
  const withoutOwn = areLast ? withoutLast : withoutMoved;
  return { columns, original: (fields) => withoutOwn(withoutBlankEnd(fields, width), width, own).map(withoutGuard) };
}

/** Without the blank fields beyond the columns: spreadsheets make all rows as long as the longest. */
export function withoutBlankEnd(fields: readonly string[], columns: number): string[] {
  const length = fields.findLastIndex((field) => field.trim() !== '') + 1;
  return fields.slice(0, Math.max(length, columns));
}

/** What a row has too much of stands before our columns. */
function withoutLast(row: readonly string[], width: number): readonly string[] {
  const isTold = row.length >= width && /^\d+$/.test(row.at(-FAILURE_COLUMNS.length) ?? '');
  return isTold ? row.slice(0, -FAILURE_COLUMNS.length) : row;
}

/** Where our columns hold something else, the row had too many fields when they were moved: it stays too long. */
function withoutMoved(row: readonly string[], width: number, own: readonly number[]): readonly string[] {
  const filledUp = [...row, ...Array<string>(Math.max(0, width - row.length)).fill('')];
  const [number = '', reason = ''] = own.map((position) => filledUp[position]?.trim());
  const isTold = /^\d+$/.test(number) && /\p{L}/u.test(reason);
  const isOurs = filledUp.length === width && (isTold || number + reason === '');
  return isOurs ? filledUp.filter((_field, position) => !own.includes(position)) : filledUp;
}
