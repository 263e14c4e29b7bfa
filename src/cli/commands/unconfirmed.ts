import { Command } from 'commander';
import { maskMobile, type EmayImsService, type ResolutionDecision } from 'nestjs-emay-ims';
import { oneOf, wholeNumber } from '../arguments.js';
import { EXIT_CODE, EXIT_CODE_HELP } from '../exit-code.js';
import { withGateway } from '../gateway.js';
import { shown } from '../message-view.js';
import { perform, type Session } from '../session.js';
import { alignColumns } from '../table.js';

interface ListOptions {
  limit: number;
  cursor?: string;
  reveal?: true;
}

interface ResolveOptions {
  decision: ResolutionDecision;
  by: string;
  reason: string;
}

/** `unconfirmed`: the messages that may or may not have been accepted, and a person's decision about one. */
export function unconfirmedCommand(): Command {
  const list = new Command('list')
    .description('list them, newest first')
    .option('--limit <number>', 'messages in a page', wholeNumber(1, 1_000), 50)
    .option('--cursor <cursor>', 'nextCursor of the page before')
    .option('--reveal', 'show numbers and texts in full')
    .addHelpText('after', EXIT_CODE_HELP)
    .action((options: ListOptions, command: Command) => perform(command, (session) => listThem(session, options)));
  const resolve = new Command('resolve')
    .description('end the doubt about one by a decision, kept with who and why')
    .argument('<id>', 'its customImsId')
    .requiredOption(
      '--decision <decision>',
      'resend: back into the queue, MAY REACH THE RECIPIENT TWICE; give-up: it becomes UNKNOWN',
      oneOf<ResolutionDecision>(['resend', 'give-up']),
    )
    .requiredOption('--by <name>', 'who decides')
    .requiredOption('--reason <text>', 'why')
    .addHelpText(
      'after',
      `${EXIT_CODE_HELP}
A message that is resent is sent by the running service.`,
    )
    .action((id: string, options: ResolveOptions, command: Command) =>
      perform(command, (session) => resolveOne(session, id, options)),
    );
  return new Command('unconfirmed')
    .description('messages whose outcome is not known: never sent again by the program')
    .addCommand(list, { isDefault: true })
    .addCommand(resolve);
}

async function listThem({ terminal, configuration }: Session, options: ListOptions): Promise<number> {
  const { limit, cursor, reveal } = options;
  return withGateway(configuration(), {}, async ({ ims }) => {
    const { items, nextCursor } = await ims.find({ state: 'UNCONFIRMED', limit, cursor });
    const messages = items.map((message) => shown(message, reveal));
    const rows = messages.map(({ customImsId, mobile, code, submittedAt, content = '' }) => [
      customImsId,
      mobile,
      code ?? '-',
      submittedAt?.toISOString() ?? '-',
      content,
    ]);
    const table = alignColumns([['ID', 'TO', 'WHY', 'HANDED OVER', reveal ? 'TEXT' : ''], ...rows]);
    terminal.answer({ items: messages, nextCursor }, rows.length > 0 ? table : ['No message is in doubt.']);
    if (nextCursor !== null) terminal.note(`There are more: --cursor ${nextCursor}`);
    return EXIT_CODE.fine;
  });
}

async function resolveOne(session: Session, id: string, options: ResolveOptions): Promise<number> {
  const { decision, by, reason } = options;
  return withGateway(session.configuration(), {}, async ({ ims }) => {
    const { customImsId, state, mobile } = await ims.resolveUnconfirmed(id, { decision, decidedBy: by, reason });
    const resolutions = await decisionsAbout(ims, id);
    session.terminal.answer({ customImsId, state, resolutions }, [
      `${customImsId} to ${maskMobile(mobile)} is ${state} now.`,
      ...(decision === 'resend' ? ['The running service sends it.'] : []),
    ]);
    return EXIT_CODE.fine;
  });
}

async function decisionsAbout(ims: EmayImsService, id: string): Promise<object[]> {
  const resolutions = await ims.resolutions(id);
  return resolutions.map(({ decision, decidedBy, reason, decidedAt }) => ({ decision, decidedBy, reason, decidedAt }));
}
