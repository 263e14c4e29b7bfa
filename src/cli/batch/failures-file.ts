import { stringify } from 'csv-stringify/sync';
import { OutputError, UsageError } from '../command-errors.js';
import { destinationOf, placeOf, proveWritable, type Destination } from '../destination.js';
import { errorCode } from '../error-code.js';
import { PartFile } from '../part-file.js';
import type { CsvRow, TableFormat } from './csv-rows.js';
import { guarded } from './formula-cells.js';
import type { TableSource } from './table-source.js';

/** What a failures file adds to the columns of the table: which row it was, and what is wrong with it. */
export const FAILURE_COLUMNS = ['failed_row', 'failed_because'] as const;
const WHAT = 'The failures file';

/**
 * The rows that could not be sent, as CSV with the columns they came with: mend them and feed the file in again.
 *
 * - UTF-8 with a byte order mark, and the delimiter of the table: so spreadsheets read it. What they would take for a
 *   formula gets an apostrophe in front, which is taken away when the file is fed in: see `failuresTableOf`.
 * - It comes with the first failure, and takes the place of one from before once the table was read to its end: that one may be the
 *   table, or be needed once more. What a run has left behind that did not get so far, the next one replaces.
 */
export class FailuresFile {
  count = 0;
  private file: PartFile | null = null;
  /** Why a file that is whole could not take its name: a code of the file system. */
  unnamed: string | null = null;
  private isWhole = false;

  private constructor(
    private readonly given: string,
    private readonly destination: Destination,
    private readonly columns: readonly string[],
    private readonly delimiter: string,
  ) {}

  /**
   * Proves that it can be written, before anything is stored: without it nobody would know what was not sent.
   *
   * @throws UsageError where it cannot be, or is the table
   */
  static async open(
    given: string,
    source: TableSource,
    columns: readonly string[],
    { delimiter }: TableFormat,
  ): Promise<FailuresFile> {
    const refuse = (error: unknown) => {
      throw new UsageError(
        `${WHAT} ${given} cannot be written (${errorCode(error)}): name another one with --failures.`,
      );
    };
    const destination = await destinationOf(given).catch(refuse);
    if ((await source.isAt(destination.path)) || (await source.isAt(placeOf(destination)))) {
      throw new UsageError(`${WHAT} must not be the table that is read: name another one with --failures.`);
    }
    await proveWritable(destination).catch(refuse);
    return new FailuresFile(given, destination, columns, delimiter);
  }

  /** Where the rows are. */
  get path(): string {
    return this.isWhole || !this.destination.isFile ? this.given : placeOf(this.destination);
  }

  /** @throws OutputError */
  async add(row: CsvRow, problem: string): Promise<void> {
    this.count++;
    try {
      await this.write(row, problem);
    } catch (error) {
      throw this.failing(error);
    }
  }

  /** To be called once the table was read to its end: the file takes its name, if it can. @throws OutputError */
  async finish(): Promise<void> {
    try {
      await this.file?.end();
    } catch (error) {
      throw this.failing(error);
    }
    // All rows are stored, and these are in the file: it is found by `path`, and the run goes on.
    try {
      await this.file?.takeName();
      this.isWhole = true;
    } catch (error) {
      this.unnamed = errorCode(error);
    }
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = null;
  }

  private failing(error: unknown): OutputError {
    return new OutputError(
      `${WHAT} ${this.given} cannot be written (${errorCode(error)}). Once it can, give the same command again: what is stored is not stored, or sent, a second time.`,
    );
  }

  private async write(row: CsvRow, problem: string): Promise<void> {
    if (this.file === null) {
      this.file = await PartFile.begin(this.destination);
      await this.append([...this.columns, ...FAILURE_COLUMNS], true);
    }
    const fields = this.columns.map((_name, index) => row.fields[index] ?? '');
    const surplus = row.fields.slice(this.columns.length);
    await this.append([...fields, ...surplus, String(row.number), problem]);
  }

  private async append(fields: readonly string[], isFirst = false): Promise<void> {
    const row = stringify([fields.map(guarded)], { delimiter: this.delimiter, bom: isFirst });
    await this.file?.append(row);
  }
}
