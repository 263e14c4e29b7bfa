import { validateSync } from 'class-validator';
import { SendImsDto } from 'nestjs-emay-ims';
import { UsageError } from '../command-errors.js';
import type { Campaign } from './campaign.js';
import { Columns } from './columns.js';
import { CUT_OFF, isRestOfText } from './cut-off-text.js';
import type { CsvRow, CsvTable } from './csv-rows.js';
import { damageTo } from './damaged-cells.js';
import { columnsOfFailuresFile, withoutBlankEnd, withoutFailure } from './failures-file.js';
import { withoutGuard } from './formula-cells.js';
import { textToSend } from './message-text.js';
import { isOwnExport } from './own-export.js';
import { readNumber, type HomeCountry } from './recipient-number.js';
import { columnText, compileText } from './text-template.js';
import { holdsRows } from './unclosed-quote.js';

/** Which columns to read, and how. */
export interface RecipientOptions {
  text?: string;
  textColumn?: string;
  toColumn?: string;
  idColumn?: string;
  /** Where numbers without `+` belong. */
  countryCode?: HomeCountry;
  /** Whether the first row holds names. */
  header: boolean;
}

/** A row as the message it becomes, or why it becomes none. */
export type Recipient = { row: CsvRow } & ({ message: IdentifiedMessage } | { problem: string });

/** A row by itself; the one below may tell that more belongs to it. */
interface ReadRow {
  recipient: Recipient;
  /** Whether its text goes as far as the end of the row, where nothing shows that it ends there. */
  mayGoOn: boolean;
  isRestOfText: boolean;
}

/** A message with the id that makes it repeatable. */
export type IdentifiedMessage = SendImsDto & { customImsId: string };

/** A table of recipients whose columns are known. */
export interface Recipients {
  columns: readonly string[];
  /** Every row, once. */
  all: AsyncIterable<Recipient>;
}

/**
 * Reads the first row and finds the columns.
 *
 * @param campaign gives ids to rows where there is no column of them
 * @throws UsageError where a column is not to be found, or the table is empty
 */
export async function openRecipients(
  { rows, format }: CsvTable,
  options: RecipientOptions,
  campaign: Campaign | null,
): Promise<Recipients> {
  const first = await rows.next();
  if (first.done)
    throw new UsageError('The file is empty: it needs a row of column names and a row for each recipient.');
  const head = first.value.fields;
  // Of a failures file that is fed in again only what it was made from counts. It has a header in any case.
  const failed = columnsOfFailuresFile(head);
  const columns = new Columns(failed ?? (options.header ? namesIn(head) : head.map((_field, index) => `${index + 1}`)));
  const { length } = columns.names;
  // A failures file that was made from an export has its fields as they were before that.
  const isGuarded = failed === null && isOwnExport(namesIn(head));
  const written = (row: readonly string[]) => (isGuarded ? row.map(withoutGuard) : row);
  const original = (row: readonly string[]) =>
    withoutBlankEnd(failed ? withoutFailure(row, length) : written(row), length);
  const read = rowReader(columns, options, campaign, { delimiter: format.delimiter, isFailuresFile: failed !== null });
  const hasHeader = options.header || failed !== null;
  // The last field of a failures file tells what was wrong; nothing is known of the text's quotes.
  const readOriginal = ({ fields, endsWithQuote, ...row }: CsvRow) =>
    read({ ...row, fields: original(fields), ...(!failed && endsWithQuote && { endsWithQuote }) });
  return { columns: columns.names, all: readAll(rows, hasHeader ? null : read(first.value), readOriginal) };
}

async function* readAll(
  rows: AsyncIterable<CsvRow>,
  first: ReadRow | null,
  read: (row: CsvRow) => ReadRow,
): AsyncGenerator<Recipient> {
  let above = first;
  for await (const row of rows) {
    const here = read(row);
    if (above) {
      yield above.mayGoOn && here.isRestOfText ? { row: above.recipient.row, problem: CUT_OFF } : above.recipient;
    }
    above = here;
  }
  if (above) yield above.recipient;
}

/** Spreadsheets write the blank columns at the end of a header too. */
function namesIn(header: readonly string[]): string[] {
  return withoutBlankEnd(header, 0).map((name) => name.trim().normalize('NFC'));
}

function rowReader(
  columns: Columns,
  { text, textColumn, toColumn, idColumn, countryCode }: RecipientOptions,
  campaign: Campaign | null,
  format: { delimiter: string; isFailuresFile: boolean },
): (row: CsvRow) => ReadRow {
  const to = toColumn === undefined ? columns.indexOfMobile() : columns.indexOf(toColumn);
  const id = idColumn === undefined ? null : columns.indexOf(idColumn);
  const textOf = text === undefined ? columnText(textColumn ?? '', columns) : compileText(text, columns);
  const numberOf = (field: string) => readNumber(field, countryCode ?? null);
  const place = {
    columns: columns.names.length,
    to,
    ...format,
    isNumber: (field: string) => 'mobile' in numberOf(field),
  };
  const recipientOf = (row: CsvRow): Recipient => {
    const { fields } = row;
    if (row.problem !== undefined) return { row, problem: row.problem };
    if (fields.some((field, position) => holdsRows(field, position, place))) return { row, problem: HOLDS_ROWS };
    if (fields.length !== columns.names.length) return { row, problem: wrongLength(fields, columns) };
    const number = numberOf(fields[to] ?? '');
    const content = textOf(fields);
    if ('problem' in number || 'problem' in content) return { row, problem: problemsOf(number, content) };
    const { mobile } = number;
    const wanted = textToSend(content.text);
    const given = id === null ? undefined : fields[id]?.trim();
    const damage = damageTo(given ?? '');
    if (damage !== null) return { row, problem: `its id ${damage}` };
    const customImsId = given ?? campaign?.idOf(mobile, wanted);
    const message = Object.assign(new SendImsDto(), { mobile, content: wanted, customImsId: customImsId ?? '' });
    const problem = problemOf(message);
    return problem === null ? { row, message } : { row, problem };
  };
  // A template takes in names and the like, which have no lines.
  const endsWithText = text === undefined && columns.indexOf(textColumn ?? '') === columns.names.length - 1;
  return (row) => {
    const recipient = recipientOf(row);
    const mayGoOn = endsWithText && 'message' in recipient && !row.endsWithQuote;
    return { recipient, mayGoOn, isRestOfText: 'problem' in recipient && isRestOfText(row.fields, place) };
  };
}

const HOLDS_ROWS = 'holds the rows below it: a quote is not closed';

function problemsOf(...parts: object[]): string {
  return parts.flatMap((part) => ('problem' in part ? [part.problem] : [])).join('; ');
}

/** A text with a delimiter and no quotes must not be sent cut off. */
function wrongLength({ length }: readonly string[], { names }: Columns): string {
  const advice = length > names.length ? ': put quotes around a field that holds the delimiter' : '';
  return `has ${length} of ${names.length} columns${advice}`;
}

/** What the service would say about it. */
function problemOf(message: SendImsDto): string | null {
  const problems = validateSync(message).flatMap(({ constraints }) => Object.values(constraints ?? {}));
  return problems.length > 0 ? problems.join('; ') : null;
}
