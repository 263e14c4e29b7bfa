/** The columns that tell an export: of the command line and of the console, whatever else stands beside them. */
const EXPORT_COLUMNS = ['customImsId', 'imsId', 'mobile', 'state', 'reportState'];

/** Whether a table is an export of ours, by its first row: its fields are guarded against formulas. */
export function isOwnExport(first: readonly string[]): boolean {
  return EXPORT_COLUMNS.every((name) => first.includes(name));
}
