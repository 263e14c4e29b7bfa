import type { Writable } from 'node:stream';
import { errorCode } from './error-code.js';
import { legible } from './legible.js';

/**
 * Where a command writes: its answer to stdout, everything else to stderr.
 *
 * - With `--json` the answer is exactly one JSON document.
 * - What is for people holds nothing that a terminal obeys: see `legible`.
 */
export class Terminal {
  constructor(readonly isJson: boolean) {}

  /** The one answer of the command, as a document and as lines for people. */
  answer(document: unknown, lines: readonly string[]): void {
    process.stdout.write(
      this.isJson ? `${JSON.stringify(document)}\n` : lines.map((line) => `${legible(line)}\n`).join(''),
    );
  }

  /** What is no part of the answer: a warning, progress, advice. */
  note(text: string): void {
    process.stderr.write(`${text.split('\n').map(legible).join('\n')}\n`);
  }

  /** The answer of a command that failed: for people on stderr, for programs on stdout. */
  failure(error: { code: string; message: string; retryable: boolean }): void {
    if (this.isJson) process.stdout.write(`${JSON.stringify({ error })}\n`);
    this.note(`${error.code}: ${error.message}`);
  }
}

/** What writing ends with where a pipe has no reader any more, or a terminal has lost its connection. */
const READER_GONE = new Set(['EPIPE', 'EIO']);

/** A reader that goes away (`| head`) is no failure: what is under way goes on, what is left to say is not said. */
export function outliveReader(stream: Writable): void {
  stream.on('error', (error) => {
    if (!READER_GONE.has(errorCode(error))) throw error;
  });
}
