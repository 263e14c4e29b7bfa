import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { TableError } from '../command-errors.js';
import { declaredDelimiter, delimiterOf, describeDelimiter } from './delimiter.js';
import { assertNotOtherwise, decoded, encodingOf } from './table-encoding.js';

/** One row of a table, numbered as a spreadsheet numbers it: the first is 1. */
export interface CsvRow {
  number: number;
  fields: string[];
  /** Positions of the fields that have quotes around them, if any: what is above and below is no part of those. */
  quoted?: readonly number[];
  /** Why the fields cannot be trusted. */
  problem?: string;
}

/** How a table is written. */
export interface TableFormat {
  /** A label of `TextDecoder`, such as `utf-8`. */
  encoding: string;
  delimiter: string;
}

/** A table whose format is known. */
export interface CsvTable {
  format: TableFormat;
  /** Every row but the empty ones, once, in flat memory. @throws TableError where it cannot be read on */
  rows: AsyncGenerator<CsvRow>;
}

/** Where bytes come from, and how many are worth waiting for before the format is found out. */
export interface ByteSource extends AsyncIterable<Buffer> {
  /** `false`: the sender may be waiting for us; the first row must do. */
  isFile: boolean;
  /** Called at the end, before the last row counts. @throws TableError where that may not be whole */
  assertUnchanged(): void;
}

/** Longer rows are no rows: somewhere before a quote was not closed. */
const MAX_ROW_LENGTH = 100_000;
const HEAD_LENGTH = 64 * 1024;
const GO_ON = 'Then give the same command again: rows before it that are stored are not sent twice.';
const STRAY_QUOTE = 'has a quote that is not closed or not doubled: write "" for a quote inside of quotes';

/** Row ends are CRLF, LF and CR, in any mixture. NEL and U+2028 are part of a field, as for every spreadsheet. */
const CSV = { record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true };

/**
 * Opens a table: CSV in any encoding and with any delimiter, as given or else found out from its beginning.
 *
 * @param isNumberColumn tells the delimiter by what it makes of the first rows
 * @throws TableError where encoding or delimiter cannot be told, or the encoding is another one
 */
export async function openCsv(
  source: ByteSource,
  given: Partial<TableFormat>,
  isNumberColumn: (field: string) => boolean,
): Promise<CsvTable> {
  const bytes = source[Symbol.asyncIterator]() as AsyncGenerator<Buffer>;
  const head = await headOf(bytes, source.isFile ? HEAD_LENGTH : 1);
  if (given.encoding !== undefined) assertNotOtherwise(head, given.encoding);
  const encoding = given.encoding ?? encodingOf(head);
  const text = decoded(joined([head], bytes), encoding);
  const start = await startOf(text);
  const declared = declaredDelimiter(start);
  const rest = start.slice(declared?.line.length ?? 0);
  const delimiter = given.delimiter ?? declared?.delimiter ?? delimiterOf(rest, isNumberColumn);
  return {
    format: { encoding, delimiter },
    rows: readRows(joined([rest], text), delimiter, () => source.assertUnchanged()),
  };
}

/** For people. */
export function describeFormat({ encoding, delimiter }: TableFormat): string {
  return `${encoding.toUpperCase()}, fields separated by ${describeDelimiter(delimiter)}`;
}

async function* readRows(
  text: AsyncIterable<string>,
  delimiter: string,
  assertWhole: () => void,
): AsyncGenerator<CsvRow> {
  const parser = parse({ ...CSV, delimiter, relax_quotes: true, max_record_size: MAX_ROW_LENGTH, raw: true });
  // What goes wrong in the source reaches the reader of the parser.
  const rows = pipeline(Readable.from(text), parser, () => undefined) as AsyncIterable<{
    record: string[];
    raw: string;
  }>;
  const field = fieldPattern(delimiter);
  let number = 0;
  try {
    for await (const { record: fields, raw } of rows) {
      number++;
      if (fields.every((one) => one.trim() === '')) continue;
      // The parser takes a stray quote for a letter: what follows it may have been read in the wrong way.
      const quoted = raw.includes('"') ? quotedIn(raw, field) : [];
      const isDoubtful = fields.some((one) => one.startsWith('"')) && quoted === null;
      const row: CsvRow = { number, fields, ...(quoted?.length && { quoted }) };
      yield isDoubtful ? { ...row, problem: STRAY_QUOTE } : row;
    }
    assertWhole();
  } catch (error) {
    if (error instanceof TableError) throw new TableError(`After row ${number}: ${error.message} ${GO_ON}`);
    if (!(error instanceof CsvError)) throw error;
    throw new TableError(
      `It is no proper CSV after row ${String(error.records)} (${error.code}): mend that row, a quote perhaps. ${GO_ON}`,
    );
  }
}

/**
 * Positions of the quoted fields of a row; `null` where one does not end with its quote. A quote inside of a field without
 * quotes is a letter.
 */
function quotedIn(row: string, field: RegExp): number[] | null {
  const quoted: number[] = [];
  field.lastIndex = 0;
  for (let position = 0; field.lastIndex < row.length; position++) {
    if (row[field.lastIndex] === '"') quoted.push(position);
    if (!field.test(row)) return null;
  }
  return quoted;
}

/** Matches a field and what parts it from the next. */
function fieldPattern(delimiter: string): RegExp {
  const end = delimiter.replaceAll(/[\\^$.*+?()[\]{}|-]/g, '\\$&');
  return new RegExp(`(?:"(?:[^"]|"")*"|(?!")[^${end}\\r\\n]*)(?:${end}|[\\r\\n]+|$)`, 'y');
}

/** The first bytes: as many as wanted, and in any case the first row. */
async function headOf(bytes: AsyncGenerator<Buffer>, wanted: number): Promise<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < wanted || (!/[\r\n]/.test(head.toString('latin1')) && head.length < MAX_ROW_LENGTH)) {
    const next = await bytes.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

/** What the first bytes say; the decoder may hold back the last of them. */
async function startOf(text: AsyncGenerator<string>): Promise<string> {
  let start = '';
  while (start === '') {
    const next = await text.next();
    if (next.done) break;
    start = next.value;
  }
  return start;
}

async function* joined<Part>(first: readonly Part[], rest: AsyncIterable<Part>): AsyncGenerator<Part> {
  yield* first;
  yield* rest;
}
