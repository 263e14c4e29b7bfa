import { fstatSync } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { TableError, UsageError } from '../command-errors.js';
import { errorCode } from '../error-code.js';
import type { ByteSource } from './csv-rows.js';

/** The bytes of a table, and how many of them have been read. */
export class TableSource implements ByteSource {
  bytesRead = 0;
  /** As it was before it was read; `null` where it is no file: a pipe or a terminal on stdin. */
  private readonly before: FileState | null;

  private constructor(
    private readonly stream: Readable,
    private readonly descriptor: number | null,
    private readonly opened: FileHandle | null,
  ) {
    this.before = this.state();
  }

  /** `null` where the end is not known. */
  get size(): number | null {
    return this.before && Number(this.before.size);
  }

  get isFile(): boolean {
    return this.before !== null;
  }

  /**
   * @param path `null` is stdin
   * @param stop ends the reading with an `ABORT_ERR`, also while it waits for more: half a row is no row
   * @throws UsageError where there is no such file, or it may not be read
   */
  static async open(path: string | null, stop: AbortSignal): Promise<TableSource> {
    if (path === null) {
      const { stdin }: { stdin: Readable & { fd?: number } } = process;
      return new TableSource(addAbortSignal(stop, stdin), stdin.fd ?? null, null);
    }
    const refusal = (why: string) =>
      new UsageError(`--csv ${path} is no file that can be read${why}; - reads from stdin.`);
    const unreadable = (error: unknown) => {
      throw refusal(` (${errorCode(error)})`);
    };
    const there = await stat(path).catch(unreadable);
    if (!there.isFile()) throw refusal('');
    const file = await open(path).catch(unreadable);
    // Left open at its end: it is compared then.
    return new TableSource(addAbortSignal(stop, file.createReadStream({ autoClose: false })), file.fd, file);
  }

  /** Whether the table is the file that a path leads to, under whatever name. */
  async isAt(path: string): Promise<boolean> {
    const there = await stat(path, { bigint: true }).catch(() => null);
    return this.before !== null && there?.ino === this.before.ino && there.dev === this.before.dev;
  }

  /** @throws TableError where a file has changed since it was opened: its last row may not have been written to its end */
  assertUnchanged(): void {
    const after = this.state();
    if (after?.size === this.before?.size && after?.mtimeNs === this.before?.mtimeNs) return;
    throw new TableError('It has changed while it was read: let it be written to its end first.');
  }

  /** Ends the reading, also where the other end of a pipe is still open: nobody waits for it any more. */
  async close(): Promise<void> {
    this.stream.destroy();
    await this.opened?.close();
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

  private state(): FileState | null {
    const state = this.descriptor === null ? null : fstatSync(this.descriptor, { bigint: true });
    return state?.isFile() ? state : null;
  }
}

/** Which file it is, and what changes when it is written to. */
interface FileState {
  dev: bigint;
  ino: bigint;
  size: bigint;
  mtimeNs: bigint;
}
