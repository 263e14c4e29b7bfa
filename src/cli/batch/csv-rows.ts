import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { UsageError } from '../usage-error.js';

/** One row of a table, numbered as a spreadsheet numbers it: the first is 1. */
export interface CsvRow {
  number: number;
  fields: string[];
}

/** Longer rows are no rows: somewhere before a quote was not closed. */
const MAX_ROW_LENGTH = 100_000;

/**
 * Reads CSV in UTF-8, with or without a byte order mark, row by row in flat memory. Empty rows are passed over.
 *
 * @param delimiter default: the comma, semicolon, tab or other character that the first rows have in common
 * @throws UsageError where it is no CSV or not UTF-8; the rows before it have been given out
 */
export async function* readCsv(source: AsyncIterable<Buffer>, delimiter?: string): AsyncGenerator<CsvRow> {
  const parser = parse({
    ...(delimiter === undefined ? { delimiter_auto: true } : { delimiter }),
    relax_column_count: true,
    skip_empty_lines: false,
    max_record_size: MAX_ROW_LENGTH,
  });
  // What goes wrong in the source reaches the reader of the parser.
  const rows = pipeline(Readable.from(decoded(source)), parser, () => undefined) as unknown as AsyncIterable<string[]>;
  let number = 0;
  try {
    for await (const fields of rows) {
      number++;
      if (fields.some((field) => field.trim() !== '')) yield { number, fields };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new UsageError(
      `The file is no proper CSV after row ${number} (${error.code}): mend that row, a quote perhaps.`,
    );
  }
}

async function* decoded(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const bytes of source) yield decoder.decode(bytes, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError('The file is not UTF-8: save it as "CSV UTF-8" (from GBK: iconv -f GB18030 -t UTF-8).');
  }
}
