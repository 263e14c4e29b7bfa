/** What a spreadsheet takes for a formula, full-width forms and blanks in front included; apostrophes too, to tell them from ours. */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;
/** In the middle of a field, where a spreadsheet with another separator begins a cell. Of quotes it takes two for none. */
const INNER_FORMULA = /([;,\t\r\n]"*)(?='*[=+\-@＝＋－＠])/g;
/** A number begins with `+` and is none. */
const E164 = /^\+\d{1,15}$/;

/** So that a spreadsheet knows it for UTF-8. */
export const BOM = '\ufeff';

/** A line of RFC 4180. Text that a spreadsheet would run gets an apostrophe in front, by the rule of the command line's `send-batch`. */
export function csvLine(values: readonly (string | number | Date | null)[]): string {
  return `${values.map(csvField).join(',')}\r\n`;
}

function csvField(value: string | number | Date | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (value instanceof Date) return value.toISOString();
  const inner = value.replaceAll(INNER_FORMULA, "$1'");
  const safe = FORMULA.test(value) && !E164.test(value) ? `'${inner}` : inner;
  return /[",;\r\n\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
