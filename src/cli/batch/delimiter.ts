import { TableError } from '../command-errors.js';

const NAMES: ReadonlyMap<string, string> = new Map([
  [',', 'comma'],
  [';', 'semicolon'],
  ['\t', 'tab'],
  ['|', 'pipe'],
]);
/** What a spreadsheet may put first, to say which delimiter follows. */
const DECLARATION = /^"?sep=([^"\r\n])"?(?:\r\n|[\r\n]|$)/i;
const ROWS_LOOKED_AT = 20;

/** The delimiter that the table itself declares in a first line such as `sep=;`, and that line. */
export function declaredDelimiter(start: string): { delimiter: string; line: string } | null {
  const [line, delimiter] = DECLARATION.exec(start) ?? [];
  return line === undefined || delimiter === undefined ? null : { delimiter, line };
}

/**
 * The delimiter by the first rows, outside of quotes: the one that makes a column of numbers, then the one that parts the
 * most rows alike.
 *
 * @param isNumberColumn whether a field of the first two rows looks like the head of the numbers, or like a number
 * @throws TableError where two fit equally well
 */
export function delimiterOf(start: string, isNumberColumn: (field: string) => boolean): string {
  const rows = start
    .replaceAll(/"[^"]*"?/g, (quoted) => quoted.replaceAll(/[\r\n,;\t|]/g, ' '))
    .split(/\r\n|[\r\n]/, ROWS_LOOKED_AT + 1)
    .filter((row) => row.trim() !== '');
  const fits = [...NAMES.keys()].map((delimiter) => fitOf(delimiter, rows, isNumberColumn));
  fits.sort(
    (one, other) => other.hasNumbers - one.hasNumbers || other.alike - one.alike || other.columns - one.columns,
  );
  const [best, second] = fits;
  if (!best || best.columns === 1) return ',';
  if (second && second.columns > 1 && second.hasNumbers === best.hasNumbers && second.alike === best.alike) {
    throw new TableError(
      `Its fields may be separated by ${describeDelimiter(best.delimiter)} or ${describeDelimiter(second.delimiter)}: say which with --delimiter.`,
    );
  }
  return best.delimiter;
}

export function describeDelimiter(delimiter: string): string {
  return NAMES.get(delimiter) ?? `"${delimiter}"`;
}

function fitOf(delimiter: string, rows: readonly string[], isNumberColumn: (field: string) => boolean) {
  const cells = rows.map((row) => row.split(delimiter));
  const columns = cells[0]?.length ?? 1;
  return {
    delimiter,
    columns,
    hasNumbers: Number(columns > 1 && cells.slice(0, 2).some((fields) => fields.some(isNumberColumn))),
    alike: columns > 1 ? cells.filter(({ length }) => length === columns).length : 0,
  };
}
