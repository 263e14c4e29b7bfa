/** What a spreadsheet takes for the start of a formula: as `escape_formulas` of csv-stringify does, which we write with. */
const FORMULA_START = '[=+\\-@\\t\\r\\uFF1D\\uFF0B\\uFF0D\\uFF20]';
const NEUTRALISED = new RegExp(`^'+${FORMULA_START}`);

/** A field that looks neutralised already gets one apostrophe more, so that reading it takes away what was added alone. */
export function guarded(field: string): string {
  return NEUTRALISED.test(field) ? `'${field}` : field;
}

/** A field as it was before it was written with `escape_formulas`. */
export function withoutGuard(field: string): string {
  return NEUTRALISED.test(field) ? field.slice(1) : field;
}
