import { open, type FileHandle } from 'node:fs/promises';
import type { CsvRow } from './csv-rows.js';

/** What a failures file adds to the columns of the table: which row it was, and what is wrong with it. */
export const FAILURE_COLUMNS = ['failed_row', 'failed_because'] as const;

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * The rows that could not be sent, as CSV with the columns they came with: mend them and feed the file in again.
 *
 * - Made with the first failure, in place of one from before; readable by its owner alone, as it holds numbers.
 */
export class FailuresFile {
  count = 0;
  private file: FileHandle | null = null;

  constructor(
    readonly path: string,
    private readonly columns: readonly string[],
    private readonly delimiter = ',',
  ) {}

  async add(row: CsvRow, problem: string): Promise<void> {
    this.count++;
    if (this.file === null) {
      this.file = await open(this.path, 'w', 0o600);
      await this.write([...this.columns, ...FAILURE_COLUMNS], BYTE_ORDER_MARK);
    }
    const fields = this.columns.map((_name, index) => row.fields[index] ?? '');
    await this.write([...fields, String(row.number), problem]);
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = null;
  }

  private async write(fields: readonly string[], before = ''): Promise<void> {
    await this.file?.write(`${before}${fields.map((field) => this.quoted(field)).join(this.delimiter)}\n`);
  }

  private quoted(field: string): string {
    return /["\r\n]/.test(field) || field.includes(this.delimiter) ? `"${field.replaceAll('"', '""')}"` : field;
  }
}
