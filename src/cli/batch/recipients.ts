import { validateSync } from 'class-validator';
import { SendImsDto } from 'nestjs-emay-ims';
import { UsageError } from '../command-errors.js';
import type { Campaign } from './campaign.js';
import { Columns } from './columns.js';
import { BEGUN_ABOVE, CUT_OFF, isBeginningOfText, isRestOfText } from './cut-off-text.js';
import type { CsvRow, CsvTable } from './csv-rows.js';
import { damageTo } from './damaged-cells.js';
import { failuresTableOf, withoutBlankEnd } from './failures-table.js';
import { isGuarded, withoutGuard } from './formula-cells.js';
import { textToSend } from './message-text.js';
import { isOwnExport } from './own-export.js';
import { withoutProtection } from './protected-cells.js';
import { isNumber, readNumber, type HomeCountry } from './recipient-number.js';
import { columnsIn, columnText, compileText, unfilledIn } from './text-template.js';
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

/** A row by itself; its neighbours may tell that more belongs to it. */
interface ReadRow {
  recipient: Recipient;
  /** Whether the rest of its text may be in the row below: nothing shows that it ends here. */
  mayGoOn: boolean;
  /** Whether the beginning of its text may be in the row above. */
  mayHaveBegun: boolean;
  isRestOfText: boolean;
  isBeginningOfText: boolean;
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
  const failed = failuresTableOf(head);
  const columns = new Columns(
    failed?.columns ?? (options.header ? namesIn(head) : head.map((_field, index) => `${index + 1}`)),
  );
  const { length } = columns.names;
  // A failures file that was made from an export has its fields as they were before that.
  const isExport = failed === null && isOwnExport(namesIn(head));
  const written = (row: readonly string[]) => (isExport ? row.map(withoutGuard) : row);
  const original = (row: readonly string[]) => withoutBlankEnd(failed ? failed.original(row) : written(row), length);
  const read = rowReader(columns, options, campaign, { delimiter: format.delimiter, isFailuresFile: failed !== null });
  const hasHeader = options.header || failed !== null;
  // The quotes of a failures file are ours: they tell nothing of those in the table.
  const readOriginal = ({ fields, quoted, ...row }: CsvRow) =>
    read({ ...row, fields: original(fields), ...(!failed && quoted && { quoted }) });
  return { columns: columns.names, all: readAll(rows, hasHeader ? null : read(first.value), readOriginal) };
}

async function* readAll(
  rows: AsyncIterable<CsvRow>,
  first: ReadRow | null,
  read: (row: CsvRow) => ReadRow,
): AsyncGenerator<Recipient> {
  let above: ReadRow | null = null;
  let here = first;
  for await (const row of rows) {
    const below = read(row);
    if (here) yield amongOthers(above, here, below);
    above = here;
    here = below;
  }
  if (here) yield amongOthers(above, here, null);
}

/** What a row is, seen with those above and below it. */
function amongOthers(above: ReadRow | null, { recipient, ...here }: ReadRow, below: ReadRow | null): Recipient {
  if (here.mayGoOn && below?.isRestOfText) return { row: recipient.row, problem: CUT_OFF };
  if (here.mayHaveBegun && above?.isBeginningOfText) return { row: recipient.row, problem: BEGUN_ABOVE };
  return recipient;
}

/** Spreadsheets write the blank columns at the end of a header too. */
function namesIn(header: readonly string[]): string[] {
  return withoutBlankEnd(header, 0).map((name) => withoutProtection(name).trim().normalize('NFC'));
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
  // A template takes in names and the like, which have no lines.
  const textAt = text === undefined ? columns.indexOf(textColumn ?? '') : null;
  const sent = [id ?? to, textAt ?? to, ...columnsIn(text ?? '', columns)].filter((at) => at !== to);
  // An apostrophe at the number alone does no harm, and other programs write it, too.
  const isStillGuarded = (fields: readonly string[]) =>
    isGuarded(fields[to] ?? '') && sent.some((at) => isGuarded(fields[at] ?? ''));
  const home = countryCode ?? null;
  const place = {
    columns: columns.names.length,
    to,
    ...format,
    isNumber: (field: string) => isNumber(field, home),
  };
  const recipientOf = (row: CsvRow): Recipient => {
    const { fields } = row;
    if (row.problem !== undefined) return { row, problem: row.problem };
    if (fields.some((field, position) => holdsRows(field, position, place))) return { row, problem: HOLDS_ROWS };
    if (fields.length !== columns.names.length) return { row, problem: wrongLength(fields, columns) };
    if (isStillGuarded(fields)) return { row, problem: STILL_GUARDED };
    const cells = fields.map(withoutProtection);
    const number = readNumber(cells[to] ?? '', home);
    const content = textOf(cells);
    if ('problem' in number || 'problem' in content) return { row, problem: problemsOf(number, content) };
    const { mobile } = number;
    const wanted = textToSend(content.text);
    const unfilled = unfilledIn(wanted);
    if (unfilled !== null) return { row, problem: unfilled };
    const given = id === null ? undefined : cells[id]?.trim();
    const damage = damageTo(given ?? '');
    if (damage !== null) return { row, problem: `its id ${damage}` };
    const customImsId = given ?? campaign?.idOf(mobile, wanted);
    const message = Object.assign(new SendImsDto(), { mobile, content: wanted, customImsId: customImsId ?? '' });
    const problem = problemOf(message);
    return problem === null ? { row, message } : { row, problem };
  };
  return (row) => {
    const recipient = recipientOf(row);
    const isMessage = 'message' in recipient;
    // A row is a message by its number: a piece of a text is one only together with that.
    const isOpen = isMessage && textAt !== null && !row.quoted?.includes(textAt);
    return {
      recipient,
      mayGoOn: isOpen && to < textAt,
      mayHaveBegun: isOpen && to > textAt,
      isRestOfText: !isMessage && isRestOfText(row.fields, place),
      isBeginningOfText: !isMessage && isBeginningOfText(row.fields, place),
    };
  };
}

const STILL_GUARDED =
  'has apostrophes that a failures file or an export put before formulas: give it with all the columns it had, or take them away';
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
