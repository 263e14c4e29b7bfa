/** What a spreadsheet takes for the start of a formula, full-width forms included. */
const SIGN = '[=+\\-@\\uFF1D\\uFF0B\\uFF0D\\uFF20]';
/** Blanks in front of it, too, some of which spreadsheets take away. */
const START = new RegExp(`^'*(?:${SIGN}|[\\t\\r\\n])`);
const GUARDED_START = new RegExp(`^'+(?:${SIGN}|[\\t\\r\\n])`);
/** Where a spreadsheet of another country or program may begin another cell, in the middle of a field. Of quotes it takes two for none. */
const CELL = '([;,\\t\\r\\n]"*)';
const INNER = new RegExp(`${CELL}(?='*${SIGN})`, 'g');
const GUARDED_INNER = new RegExp(`${CELL}'(?='*${SIGN})`, 'g');

/**
 * A field with an apostrophe before all that a spreadsheet would take for a formula. What looks so already gets one more, so
 * that reading takes away what was added alone. The console's `csv.ts` has the same rule.
 */
export function guarded(field: string): string {
  const inner = field.replaceAll(INNER, "$1'");
  return START.test(field) ? `'${inner}` : inner;
}

/** A field as it was before it was guarded. */
export function withoutGuard(field: string): string {
  const inner = GUARDED_START.test(field) ? field.slice(1) : field;
  return inner.replaceAll(GUARDED_INNER, '$1');
}

/** Whether a field begins as one that was guarded does. */
export function isGuarded(field: string): boolean {
  return GUARDED_START.test(field);
}
