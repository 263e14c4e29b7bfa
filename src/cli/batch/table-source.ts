import { open, stat } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { TableError, UsageError } from '../command-errors.js';
import { errorCode } from '../error-code.js';
import type { ByteSource } from './csv-rows.js';

/** The bytes of a table, and how many of them have been read. */
export class TableSource implements ByteSource {
  bytesRead = 0;

  private constructor(
    private readonly stream: Readable,
    /** `null` where the end is not known: stdin. */
    readonly size: number | null,
  ) {}

  get isFile(): boolean {
    return this.size !== null;
  }

  /**
   * @param path `null` is stdin
   * @param stop ends the reading with an `ABORT_ERR`, also while it waits for more: half a row is no row
   * @throws UsageError where there is no such file, or it may not be read
   */
  static async open(path: string | null, stop: AbortSignal): Promise<TableSource> {
    if (path === null) return new TableSource(addAbortSignal(stop, process.stdin), null);
    const refusal = (why: string) =>
      new UsageError(`--csv ${path} is no file that can be read${why}; - reads from stdin.`);
    const unreadable = (error: unknown) => {
      throw refusal(` (${errorCode(error)})`);
    };
    const there = await stat(path).catch(unreadable);
    if (!there.isFile()) throw refusal('');
    const file = await open(path).catch(unreadable);
    return new TableSource(addAbortSignal(stop, file.createReadStream()), there.size);
  }

  /** Ends the reading, also where the other end of a pipe is still open: nobody waits for it any more. */
  close(): void {
    this.stream.destroy();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    try {
      for await (const bytes of this.stream as AsyncIterable<Buffer>) {
        this.bytesRead += bytes.length;
        yield bytes;
      }
    } catch (error) {
      if (errorCode(error) === 'ABORT_ERR') throw error;
      throw new TableError(`It cannot be read on (${errorCode(error)}).`);
    }
  }
}
