import { validateSync } from 'class-validator';
import { normalizeMobile, SendImsDto } from 'nestjs-emay-ims';
import { UsageError } from '../command-errors.js';
import type { Campaign } from './campaign.js';
import { Columns } from './columns.js';
import type { CsvRow } from './csv-rows.js';
import { columnsOfFailuresFile, withoutBlankEnd, withoutFailure } from './failures-file.js';
import { compileText, type RowText } from './text-template.js';

/** Which columns to read, and how. */
export interface RecipientOptions {
  text?: string;
  textColumn?: string;
  toColumn?: string;
  idColumn?: string;
  /** Whether the first row holds names. */
  header: boolean;
}

/** A row as the message it becomes, or why it becomes none. */
export type Recipient = { row: CsvRow } & ({ message: IdentifiedMessage } | { problem: string });

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
  rows: AsyncGenerator<CsvRow>,
  options: RecipientOptions,
  campaign: Campaign | null,
): Promise<Recipients> {
  const first = await rows.next();
  if (first.done)
    throw new UsageError('The file is empty: it needs a row of column names and a row for each recipient.');
  const { fields } = first.value;
  // Of a failures file that is fed in again only what it was made from counts. It has a header in any case.
  const failed = columnsOfFailuresFile(fields);
  const columns = new Columns(
    failed ?? fields.map((name, index) => (options.header ? name.trim() : String(index + 1))),
  );
  const { length } = columns.names;
  const original = (row: readonly string[]) => withoutBlankEnd(failed ? withoutFailure(row, length) : row, length);
  const read = rowReader(columns, options, campaign);
  const hasHeader = options.header || failed !== null;
  return { columns: columns.names, all: readAll(rows, hasHeader ? null : first.value, original, read) };
}

async function* readAll(
  rows: AsyncIterable<CsvRow>,
  first: CsvRow | null,
  original: (fields: readonly string[]) => string[],
  read: (row: CsvRow) => Recipient,
): AsyncGenerator<Recipient> {
  if (first) yield read(first);
  for await (const { number, fields } of rows) yield read({ number, fields: original(fields) });
}

function rowReader(
  columns: Columns,
  { text, textColumn, toColumn, idColumn }: RecipientOptions,
  campaign: Campaign | null,
): (row: CsvRow) => Recipient {
  const to = toColumn === undefined ? columns.indexOfMobile() : columns.indexOf(toColumn);
  const id = idColumn === undefined ? null : columns.indexOf(idColumn);
  const textOf = text === undefined ? columnText(columns, textColumn ?? '') : compileText(text, columns);
  return (row) => {
    const { fields } = row;
    if (fields.length !== columns.names.length) return { row, problem: wrongLength(fields, columns) };
    const content = textOf(fields);
    if ('problem' in content) return { row, problem: content.problem };
    const given = fields[to] ?? '';
    const mobile = normalizeMobile(given) ?? given;
    const customImsId = id === null ? campaign?.idOf(mobile, content.text) : fields[id]?.trim();
    const message = Object.assign(new SendImsDto(), { mobile, content: content.text, customImsId: customImsId ?? '' });
    const problem = problemOf(message);
    return problem === null ? { row, message } : { row, problem };
  };
}

/** A text with a delimiter and no quotes must not be sent cut off. */
function wrongLength({ length }: readonly string[], { names }: Columns): string {
  const advice = length > names.length ? ': put quotes around a field that holds the delimiter' : '';
  return `has ${length} of ${names.length} columns${advice}`;
}

function columnText(columns: Columns, name: string): (fields: readonly string[]) => RowText {
  const index = columns.indexOf(name);
  return (fields) => ({ text: fields[index] ?? '' });
}

/** What the service would say about it. */
function problemOf(message: SendImsDto): string | null {
  const problems = validateSync(message).flatMap(({ constraints }) => Object.values(constraints ?? {}));
  return problems.length > 0 ? problems.join('; ') : null;
}
