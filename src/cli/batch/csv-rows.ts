import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { TableError } from '../command-errors.js';
import { errorCode } from '../error-code.js';
import { delimiterOf } from './delimiter.js';

/** One row of a table, numbered as a spreadsheet numbers it: the first is 1. */
export interface CsvRow {
  number: number;
  fields: string[];
}

/** Longer rows are no rows: somewhere before a quote was not closed. */
const MAX_ROW_LENGTH = 100_000;
const GO_ON = 'Then give the same command again: rows before it that are stored are not sent twice.';

/**
 * Reads CSV in UTF-8, with or without a byte order mark, row by row in flat memory. Empty rows are passed over.
 *
 * @param delimiter default: found out from the first line
 * @throws TableError where it is no CSV or not UTF-8; the rows before it have been given out
 */
export async function* readCsv(source: AsyncIterable<Buffer>, delimiter?: string): AsyncGenerator<CsvRow> {
  const text = decoded(source);
  const start = await firstLine(text);
  const parser = parse({
    delimiter: delimiter ?? delimiterOf(start),
    relax_column_count: true,
    max_record_size: MAX_ROW_LENGTH,
  });
  // What goes wrong in the source reaches the reader of the parser.
  const rows = pipeline(Readable.from(joined(start, text)), parser, () => undefined) as AsyncIterable<string[]>;
  let number = 0;
  try {
    for await (const fields of rows) {
      number++;
      if (fields.some((field) => field.trim() !== '')) yield { number, fields };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new TableError(
      `It is no proper CSV after row ${String(error.records)} (${error.code}): mend that row, a quote perhaps. ${GO_ON}`,
    );
  }
}

/** What comes up to the end of the first line, and a little more. */
async function firstLine(text: AsyncGenerator<string>): Promise<string> {
  let start = '';
  while (!/[\r\n]/.test(start) && start.length < MAX_ROW_LENGTH) {
    const next = await text.next();
    if (next.done) break;
    start += next.value;
  }
  return start;
}

async function* joined(start: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield start;
  yield* rest;
}

async function* decoded(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const bytes of source) yield decoder.decode(bytes, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (errorCode(error) !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
    throw new TableError(`It is not UTF-8: save it as "CSV UTF-8" (from GBK: iconv -f GB18030 -t UTF-8). ${GO_ON}`);
  }
}
