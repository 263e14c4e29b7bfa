import { open, rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { stringify } from 'csv-stringify/sync';
import type { EmayImsService, ImsMessage } from 'nestjs-emay-ims';
import { UsageError } from '../command-errors.js';
import { errorCode } from '../error-code.js';
import { EXIT_CODE, EXIT_CODE_HELP } from '../exit-code.js';
import { withGateway } from '../gateway.js';
import { filterable, pagesOf, toQuery, type MessageFilter } from '../message-filter.js';
import { shown } from '../message-view.js';
import { perform, type Session } from '../session.js';

interface ExportOptions extends MessageFilter {
  out: string;
  reveal?: true;
}

const COLUMNS = [
  'customImsId',
  'mobile',
  'state',
  'code',
  'imsId',
  'reportState',
  'createdAt',
  'submittedAt',
  'finalAt',
] as const;

/** How a pipeline ends where somebody has stopped it, or nobody reads any more. */
const ENDS_EARLY = new Set(['ABORT_ERR', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']);

/** `export`: messages as CSV. */
export function exportCommand(): Command {
  return filterable(new Command('export').description('write messages as CSV, newest first'))
    .option('--out <file>', 'where to; - is stdout', '-')
    .option('--reveal', 'write numbers and texts in full')
    .addHelpText(
      'after',
      `${EXIT_CODE_HELP}
UTF-8 with a byte order mark. What a spreadsheet would take for a formula, such as a number with its +, gets an apostrophe
in front. A file is there once it is whole, for its owner alone.`,
    )
    .action((options: ExportOptions, command: Command) =>
      perform(command, (session) => exportMessages(session, options)),
    );
}

async function exportMessages(session: Session, options: ExportOptions): Promise<number> {
  const path = options.out === '-' ? null : session.path(options.out);
  if (path === null && session.terminal.isJson) {
    throw new UsageError('Give --out FILE with --json: stdout has the answer then.');
  }
  return withGateway(session.configuration(), {}, async ({ ims }) => {
    const written = { messages: 0 };
    const csv = csvOf(ims, options, written);
    const isWhole = await (path === null ? writeAll(csv, process.stdout, session) : toFile(path, csv, session));
    if (!isWhole) {
      session.terminal.note('Stopped before the end.');
      return EXIT_CODE.failed;
    }
    const { messages } = written;
    if (path === null) session.terminal.note(`Messages: ${messages}.`);
    else session.terminal.answer({ messages, file: path }, [`Messages: ${messages}, in ${path}`]);
    return EXIT_CODE.fine;
  });
}

/** The table page by page: what the reader has not taken yet is in the database, not in memory. */
async function* csvOf(
  ims: EmayImsService,
  { reveal, ...filter }: ExportOptions,
  written: { messages: number },
): AsyncGenerator<string> {
  const columns = reveal ? [...COLUMNS, 'content' as const] : COLUMNS;
  yield stringify([[...columns]], { bom: true });
  for await (const page of pagesOf(ims, toQuery(filter))) {
    yield stringify(
      page.map((message) => rowOf(message, columns, reveal)),
      { escape_formulas: true },
    );
    written.messages += page.length;
  }
}

/** Resolves to `false` where it was stopped, or nobody reads any more (`| head`). */
async function writeAll(csv: AsyncIterable<string>, out: Writable, { stop }: Session): Promise<boolean> {
  try {
    await pipeline(csv, out, { end: out !== process.stdout, signal: stop });
    return true;
  } catch (error) {
    if (ENDS_EARLY.has(errorCode(error))) return false;
    throw error;
  }
}

/** Under a name of its own until it is whole: half an export looks like an export. */
async function toFile(path: string, csv: AsyncIterable<string>, session: Session): Promise<boolean> {
  const part = `${path}.part`;
  const file = await open(part, 'w', 0o600).catch((error: unknown) => {
    throw new UsageError(
      `--out ${path} cannot be written (${errorCode(error)}): name a file in a folder that is there.`,
    );
  });
  try {
    const isWhole = await writeAll(csv, file.createWriteStream(), session);
    if (isWhole) await rename(part, path);
    return isWhole;
  } finally {
    await rm(part, { force: true });
  }
}

function rowOf(message: ImsMessage, columns: readonly (keyof ReturnType<typeof shown>)[], reveal?: true): string[] {
  const view = shown(message, reveal);
  return columns.map((column) => {
    const value = view[column] ?? '';
    return value instanceof Date ? value.toISOString() : value;
  });
}
