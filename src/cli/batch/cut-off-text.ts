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

/** Whether a row may be the rest of a text of several lines, which stood last in the row above and has no quotes. */
export function isRestOfText(fields: readonly string[], { columns, to, isNumber, isFailuresFile }: Table): boolean {
  if (fields.length < columns) return true;
  const field = fields[to] ?? '';
  const isAlone = fields.every((one, index) => index === to || one.trim() === '');
  // A number alone is a recipient without a text, or the rest of "Call us at".
  return isNumber(field) ? isAlone && isFailuresFile : isAlone || isProse(field.trim());
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
