/** What a spreadsheet takes for a formula, full-width forms included. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
/** A number begins with `+` and is none. */
const E164 = /^\+\d{1,15}$/;

/** So that a spreadsheet knows it for UTF-8. */
export const BOM = '\ufeff';

/** A line of RFC 4180. Text that a spreadsheet would run gets an apostrophe in front. */
export function csvLine(values: readonly (string | number | Date | null)[]): string {
  return `${values.map(csvField).join(',')}\r\n`;
}

function csvField(value: string | number | Date | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (value instanceof Date) return value.toISOString();
  const safe = FORMULA.test(value) && !E164.test(value) ? `'${value}` : value;
  return /[",;\r\n\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
