import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { stringify } from 'csv-stringify/sync';
import type { EmayImsService, ImsMessage } from 'nestjs-emay-ims';
import { guarded } from '../batch/formula-cells.js';
import { OutputError, UsageError } from '../command-errors.js';
import { destinationOf } from '../destination.js';
import { errorCode } from '../error-code.js';
import { EXIT_CODE, EXIT_CODE_HELP } from '../exit-code.js';
import { withGateway } from '../gateway.js';
import { filterable, pagesOf, toQuery, type MessageFilter } from '../message-filter.js';
import { shown } from '../message-view.js';
import { PartFile } from '../part-file.js';
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

/** A path of stdout: what is written to it a second time, the answer, would be in the middle of the table. */
const STDOUT = new Set(['-', '/dev/stdout', '/dev/fd/1', '/proc/self/fd/1']);

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
in front. A file is there once it is whole, for its owner alone; a link stays one. A pipe or a device is written to directly.`,
    )
    .action((options: ExportOptions, command: Command) =>
      perform(command, (session) => exportMessages(session, options)),
    );
}

async function exportMessages(session: Session, options: ExportOptions): Promise<number> {
  const path = STDOUT.has(options.out) ? null : session.path(options.out);
  if (path === null && session.terminal.isJson) {
    throw new UsageError('Give --out FILE with --json: stdout has the answer then.');
  }
  return withGateway(session.configuration(), {}, async ({ ims }) => {
    const written = { messages: 0 };
    const csv = csvOf(ims, options, written);
    const isWhole = await (path === null ? toStdout(csv, session) : toPath(path, csv, session));
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
    yield stringify(page.map((message) => rowOf(message, columns, reveal).map(guarded)));
    written.messages += page.length;
  }
}

/** Resolves to `false` where it was stopped, or nobody reads any more (`| head`). */
async function toStdout(csv: AsyncIterable<string>, { stop }: Session): Promise<boolean> {
  try {
    await pipeline(csv, process.stdout, { end: false, signal: stop });
    return true;
  } catch (error) {
    if (ENDS_EARLY.has(errorCode(error))) return false;
    throw error;
  }
}

async function toPath(given: string, csv: AsyncIterable<string>, session: Session): Promise<boolean> {
  const refuse = (error: unknown) => {
    throw new UsageError(
      `--out ${given} cannot be written (${errorCode(error)}): name a file in a folder that is there and can be written to.`,
    );
  };
  const destination = await destinationOf(given).catch(refuse);
  const file = await PartFile.begin(destination).catch(refuse);
  try {
    if (!(await writeAll(csv, file, session, given))) return false;
    await file.end().catch(failing(given));
    await file.takeName().catch(failing(given));
    return true;
  } finally {
    await file.discard();
  }
}

async function writeAll(
  csv: AsyncIterable<string>,
  file: PartFile,
  { stop }: Session,
  given: string,
): Promise<boolean> {
  for await (const text of csv) {
    if (stop.aborted) return false;
    try {
      await file.append(text);
    } catch (error) {
      if (ENDS_EARLY.has(errorCode(error))) return false;
      failing(given)(error);
    }
  }
  return true;
}

function failing(path: string): (error: unknown) => never {
  return (error) => {
    throw new OutputError(
      `--out ${path} cannot be written (${errorCode(error)}). Once it can, give the same command again.`,
    );
  };
}

function rowOf(message: ImsMessage, columns: readonly (keyof ReturnType<typeof shown>)[], reveal?: true): string[] {
  const view = shown(message, reveal);
  return columns.map((column) => {
    const value = view[column] ?? '';
    return value instanceof Date ? value.toISOString() : value;
  });
}
