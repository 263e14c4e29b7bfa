import { open, type FileHandle } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import { OutputError } from '../command-errors.js';
import { proveWritable } from '../destination.js';
import { errorCode } from '../error-code.js';
import type { CsvRow } from './csv-rows.js';
import { guarded, withoutGuard } from './formula-cells.js';

/** What a failures file adds to the columns of the table: which row it was, and what is wrong with it. */
const FAILURE_COLUMNS = ['failed_row', 'failed_because'] as const;
const WHAT = 'The failures file';

/** The columns of the table a failures file was made from, by its first row; `null` where that is of another table. */
export function columnsOfFailuresFile(first: readonly string[]): string[] | null {
  const names = withoutBlankEnd(first, 0).map((name) => withoutGuard(name.trim()));
  const own = names.splice(-FAILURE_COLUMNS.length);
  return FAILURE_COLUMNS.every((name, index) => name === own[index]) ? names : null;
}

/** A row of a failures file as it was in the table, with all its fields, whether or not it still tells the failure. */
export function withoutFailure(fields: readonly string[], columns: number): string[] {
  const width = columns + FAILURE_COLUMNS.length;
  const row = withoutBlankEnd(fields, width);
  const isTold = row.length >= width && /^\d+$/.test(row.at(-FAILURE_COLUMNS.length) ?? '');
  return (isTold ? row.slice(0, -FAILURE_COLUMNS.length) : row).map(withoutGuard);
}

/** Without the blank fields beyond the columns: spreadsheets make all rows as long as the longest. */
export function withoutBlankEnd(fields: readonly string[], columns: number): string[] {
  const length = fields.findLastIndex((field) => field.trim() !== '') + 1;
  return fields.slice(0, Math.max(length, columns));
}

/**
 * The rows that could not be sent, as CSV with the columns they came with: mend them and feed the file in again.
 *
 * - UTF-8 with a byte order mark, and the delimiter of the table: so spreadsheets read it. What they would take for a
 *   formula gets an apostrophe in front, which is taken away when the file is fed in.
 * - Made with the first failure, in place of one from before; readable by its owner alone, as it holds numbers. A pipe or a
 *   device is only written to.
 */
export class FailuresFile {
  count = 0;
  private file: FileHandle | null = null;

  constructor(
    readonly path: string,
    private readonly columns: readonly string[],
    private readonly delimiter: string,
  ) {}

  /** Before anything is stored: without the file nobody would know what was not sent. @throws UsageError */
  async prove(): Promise<void> {
    await proveWritable(this.path, WHAT, 'name another one with --failures.');
  }

  /** @throws OutputError */
  async add(row: CsvRow, problem: string): Promise<void> {
    this.count++;
    try {
      await this.write(row, problem);
    } catch (error) {
      throw new OutputError(
        `${WHAT} ${this.path} cannot be written (${errorCode(error)}). Once it can, give the same command again: what is stored is not stored, or sent, a second time.`,
      );
    }
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = null;
  }

  private async write(row: CsvRow, problem: string): Promise<void> {
    if (this.file === null) {
      this.file = await open(this.path, 'w', 0o600);
      // The mode given to `open` is for a file that it makes.
      if ((await this.file.stat()).isFile()) await this.file.chmod(0o600);
      await this.append([...this.columns, ...FAILURE_COLUMNS], true);
    }
    const fields = this.columns.map((_name, index) => row.fields[index] ?? '');
    const surplus = row.fields.slice(this.columns.length);
    await this.append([...fields, ...surplus, String(row.number), problem]);
  }

  private async append(fields: readonly string[], isFirst = false): Promise<void> {
    const row = stringify([fields.map(guarded)], { delimiter: this.delimiter, bom: isFirst });
    await this.file?.appendFile(row);
  }
}
