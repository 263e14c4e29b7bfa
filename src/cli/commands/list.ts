import { Command } from 'commander';
import { wholeNumber } from '../arguments.js';
import { EXIT_CODE, EXIT_CODE_HELP } from '../exit-code.js';
import { withGateway } from '../gateway.js';
import { filterable, toQuery, type MessageFilter } from '../message-filter.js';
import { shown, type ShownMessage } from '../message-view.js';
import { perform, type Session } from '../session.js';
import { alignColumns } from '../table.js';

/** Which page to list, and how. */
export interface PageOptions {
  limit: number;
  cursor?: string;
  reveal?: true;
}

/** A column of the list: its head and what stands in it. */
export type ListColumn = readonly [head: string, cell: (message: ShownMessage) => string];

/** `list`: messages by state, number, code or time. */
export function listCommand(): Command {
  return pageable(filterable(new Command('list').description('list messages, newest first'))).action(
    (options: MessageFilter & PageOptions, command: Command) =>
      perform(command, (session) => listPage(session, options, COLUMNS, 'No message is like that.')),
  );
}

const COLUMNS: readonly ListColumn[] = [
  ['STATE', ({ state }) => state],
  ['CODE', ({ code }) => code ?? '-'],
  ['STORED', ({ createdAt }) => createdAt.toISOString()],
];

/** Gives a command the options of a page. */
export function pageable(command: Command): Command {
  return command
    .option('--limit <number>', 'messages in a page', wholeNumber(1, 1_000), 50)
    .option('--cursor <cursor>', 'nextCursor of the page before')
    .option('--reveal', 'show numbers and texts in full')
    .addHelpText('after', EXIT_CODE_HELP);
}

/** Answers with a page of messages: id and number, and what the columns tell. */
export function listPage(
  { terminal, configuration }: Session,
  { limit, cursor, reveal, ...filter }: MessageFilter & PageOptions,
  columns: readonly ListColumn[],
  nothing: string,
): Promise<number> {
  return withGateway(configuration(), {}, async ({ ims }) => {
    const { items, nextCursor } = await ims.find({ ...toQuery(filter), limit, cursor });
    const messages = items.map((message) => shown(message, reveal));
    const rows = messages.map((message) => [
      message.customImsId,
      message.mobile,
      ...columns.map(([, cell]) => cell(message)),
      message.content ?? '',
    ]);
    const table = alignColumns([['ID', 'TO', ...columns.map(([head]) => head), reveal ? 'TEXT' : ''], ...rows]);
    terminal.answer({ items: messages, nextCursor }, rows.length > 0 ? table : [nothing]);
    if (nextCursor !== null) terminal.note(`There are more: --cursor ${nextCursor}`);
    return EXIT_CODE.fine;
  });
}
