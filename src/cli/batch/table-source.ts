import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { UsageError } from '../command-errors.js';

/** The bytes of a table, and how many of them have been read. */
export class TableSource implements AsyncIterable<Buffer> {
  bytesRead = 0;

  private constructor(
    private readonly stream: AsyncIterable<Buffer>,
    /** `null` where the end is not known: stdin. */
    readonly size: number | null,
  ) {}

  /**
   * @param path `null` is stdin
   * @throws UsageError where there is no such file
   */
  static async open(path: string | null): Promise<TableSource> {
    if (path === null) return new TableSource(process.stdin, null);
    const file = await stat(path).catch(() => null);
    if (!file?.isFile()) throw new UsageError(`--csv ${path} is no file that can be read; - reads from stdin.`);
    return new TableSource(createReadStream(path), file.size);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for await (const bytes of this.stream) {
      this.bytesRead += bytes.length;
      yield bytes;
    }
  }
}
