import { Command } from 'commander';
import { filterable, type MessageFilter } from '../message-filter.js';
import { perform } from '../session.js';
import { listPage, pageable, type ListColumn, type PageOptions } from './list.js';
import { resolveCommand } from './resolve.js';

const COLUMNS: readonly ListColumn[] = [
  ['WHY', ({ code }) => code ?? '-'],
  ['SUBMITTED', ({ submittedAt }) => submittedAt?.toISOString() ?? '-'],
];

/** `unconfirmed`: the messages that may or may not have been accepted, and a person's decisions about them. */
export function unconfirmedCommand(): Command {
  const list = pageable(
    filterable(new Command('list').description('list them, newest first'), { hasState: false }),
  ).action((options: MessageFilter & PageOptions, command: Command) =>
    perform(command, (session) =>
      listPage(session, { ...options, state: ['UNCONFIRMED'] }, COLUMNS, 'No message is unconfirmed.'),
    ),
  );
  return new Command('unconfirmed')
    .description('messages whose outcome is not known: never sent again by the program')
    .addCommand(list, { isDefault: true })
    .addCommand(resolveCommand());
}
