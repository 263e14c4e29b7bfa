import { Command } from 'commander';
import type { ImsMessage } from 'nestjs-emay-ims';
import { NoSuchMessageError } from '../command-errors.js';
import { decisionsAbout, type ShownDecision } from '../decisions.js';
import { EXIT_CODE, EXIT_CODE_HELP } from '../exit-code.js';
import { withGateway } from '../gateway.js';
import { shown } from '../message-view.js';
import { perform, type Session } from '../session.js';
import { alignColumns } from '../table.js';

/** `show`: all that is known of one message. */
export function showCommand(): Command {
  return new Command('show')
    .description('show all that is known of one message')
    .argument('<id>', 'its customImsId')
    .option('--reveal', 'show number and text in full')
    .addHelpText('after', `${EXIT_CODE_HELP}\n1 also says: there is no such message.`)
    .action((id: string, { reveal }: { reveal?: true }, command: Command) =>
      perform(command, (session) => show(session, id, reveal)),
    );
}

async function show({ terminal, configuration }: Session, id: string, reveal?: true): Promise<number> {
  return withGateway(configuration(), {}, async ({ ims }) => {
    const message = await ims.findOne(id);
    if (message === null) throw new NoSuchMessageError(id);
    const known = { ...shown(message, reveal), ...course(message) };
    const decisions = await decisionsAbout(ims, id);
    terminal.answer({ ...known, resolutions: decisions }, [
      ...alignColumns(Object.entries(known).map(([name, value]) => [name, told(value)])),
      ...decisions.map(decisionLine),
    ]);
    return EXIT_CODE.fine;
  });
}

/** What `shown` leaves out: when it was to be sent, and what came of it. */
function course(message: ImsMessage) {
  const { priority, sendAt, expiresAt, attempts, acceptedAt } = message;
  const { reportDescription, gatewaySubmitTime, gatewayReceiveTime } = message;
  return {
    priority,
    sendAt,
    expiresAt,
    attempts,
    acceptedAt,
    reportDescription,
    gatewaySubmitTime,
    gatewayReceiveTime,
  };
}

function told(value: Date | string | number | null): string {
  if (value instanceof Date) return value.toISOString();
  return value === null ? '-' : String(value);
}

function decisionLine({ decision, decidedBy, reason, decidedAt }: ShownDecision): string {
  return `${decidedAt.toISOString()}  ${decision} by ${decidedBy}: ${reason}`;
}
