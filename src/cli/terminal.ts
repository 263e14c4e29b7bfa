import type { Writable } from 'node:stream';
import { errorCode } from './error-code.js';
import { legible } from './legible.js';

const SANDBOX = 'SANDBOX: a simulator stands in for the gateway, and nothing is sent.';

/**
 * Where a command writes: its answer to stdout, everything else to stderr.
 *
 * - With `--json` the answer is exactly one JSON document.
 * - In a sandbox it says that it is one: stderr may go nowhere, and whoever reads the answer would take it for a real one.
 * - What is for people holds nothing that a terminal obeys: see `legible`.
 */
export class Terminal {
  isSandbox = false;

  constructor(readonly isJson: boolean) {}

  /** The one answer of the command, as a document and as lines for people. */
  answer(document: object, lines: readonly string[]): void {
    const marked = this.isSandbox ? [SANDBOX, ...lines] : lines;
    process.stdout.write(this.isJson ? this.json(document) : marked.map((line) => `${legible(line)}\n`).join(''));
  }

  /** What is no part of the answer: a warning, progress, advice. */
  note(text: string): void {
    process.stderr.write(`${text.split('\n').map(legible).join('\n')}\n`);
  }

  /** The answer of a command that failed: for people on stderr, for programs on stdout. */
  failure(error: { code: string; message: string; retryable: boolean }): void {
    if (this.isJson) process.stdout.write(this.json({ error }));
    this.note(`${error.code}: ${error.message}`);
  }

  private json(document: object): string {
    return `${JSON.stringify(this.isSandbox ? { sandbox: true, ...document } : document)}\n`;
  }
}

/** What writing ends with where a pipe has no reader any more, or a terminal has lost its connection. */
const READER_GONE = new Set(['EPIPE', 'EIO']);

/**
 * What cannot be written ends nothing: messages are on their way. A reader that goes away (`| head`) is no failure, either; anything
 * else, such as a full disk, is for whoever runs the command to know at its end.
 *
 * @param failed called with the code of each other failure
 */
export function outliveWriting(stream: Writable, failed: (code: string) => void): void {
  stream.on('error', (error) => {
    const code = errorCode(error);
    if (!READER_GONE.has(code)) failed(code);
  });
}
