import { Command, InvalidArgumentError } from 'commander';
import { maskMobile, type ResolutionDecision } from 'nestjs-emay-ims';
import { oneOf } from '../arguments.js';
import { UsageError } from '../command-errors.js';
import { decisionsAbout } from '../decisions.js';
import { EXIT_CODE, EXIT_CODE_HELP } from '../exit-code.js';
import { withGateway } from '../gateway.js';
import { filterable, isFilter, type MessageFilter } from '../message-filter.js';
import { perform, type Session } from '../session.js';
import { assertDecoded } from '../undecoded.js';
import { resolveMany, type Confirmation } from './resolve-many.js';

/** The options of the command. */
export interface ResolveOptions extends MessageFilter {
  decision: ResolutionDecision;
  by: string;
  reason: string;
  all?: true;
  confirmCount?: Confirmation;
}

/** `unconfirmed resolve`: a person's decision about one message, or about all of a filter. */
export function resolveCommand(): Command {
  const command = new Command('resolve')
    .description('resolve an unconfirmed message, or all of a filter; who decided, and why, is kept')
    .argument('[id]', 'its customImsId; without it: the filter, or --all')
    .requiredOption(
      '--decision <decision>',
      'resend: back into the queue, MAY REACH THE RECIPIENT TWICE; give-up: it becomes UNKNOWN',
      oneOf<ResolutionDecision>(['resend', 'give-up']),
    )
    .requiredOption('--by <name>', 'who decides')
    .requiredOption('--reason <text>', 'why');
  return filterable(command, { hasState: false })
    .option('--all', 'every unconfirmed message')
    .option(
      '--confirm-count <count>',
      'decide about so many; as the preview tells it, COUNT:SET, about the very ones that it showed',
      readConfirmation,
    )
    .addHelpText(
      'after',
      `${EXIT_CODE_HELP}
A message that is resent is sent by the running service.
For a filter, the first call shows what would be decided and changes nothing; at a terminal it asks then. The second, with
--confirm-count, decides. A message that has changed since it was shown stays as it is; then the exit code
is 1.`,
    )
    .action((id: string | undefined, options: ResolveOptions, own: Command) =>
      perform(own, (session) => resolve(session, id ?? null, options)),
    );
}

async function resolve(session: Session, id: string | null, options: ResolveOptions): Promise<number> {
  assertDecoded({ '--by': options.by, '--reason': options.reason });
  const isMany = isFilter(options) || options.all === true || options.confirmCount !== undefined;
  if (id !== null && isMany) throw new UsageError('Give an id, or a filter, not both.');
  if (id !== null) return resolveOne(session, id, options);
  if (!isFilter(options) && options.all !== true)
    throw new UsageError('Give an id, a filter such as --code, or --all.');
  return resolveMany(session, options);
}

async function resolveOne({ terminal, configuration }: Session, id: string, options: ResolveOptions): Promise<number> {
  const { decision, by, reason } = options;
  return withGateway(configuration(), {}, async ({ ims }) => {
    const { customImsId, state, mobile } = await ims.resolveUnconfirmed(id, { decision, decidedBy: by, reason });
    const resolutions = await decisionsAbout(ims, id);
    terminal.answer({ customImsId, state, resolutions }, [
      `${customImsId} to ${maskMobile(mobile)} is ${state} now.`,
      ...(decision === 'resend' ? ['The running service sends it.'] : []),
    ]);
    return EXIT_CODE.fine;
  });
}

function readConfirmation(text: string): Confirmation {
  const [, count, set] = /^(\d{1,9})(?::([0-9a-f]{8}))?$/.exec(text) ?? [];
  if (count === undefined)
    throw new InvalidArgumentError('Write a count such as 12, or 12:3f9ac1d2 as the preview tells it.');
  return { count: Number(count), set: set ?? null };
}
