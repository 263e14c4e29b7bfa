import { setTimeout as pause } from 'node:timers/promises';
import { Command } from 'commander';
import { EmayImsUnconfirmedError, type EmayImsService, type ImsMessage } from 'nestjs-emay-ims';
import { isSandbox } from '../../config/environment.js';
import { wholeNumber } from '../arguments.js';
import { EXIT_CODE, EXIT_CODE_HELP } from '../exit-code.js';
import { withGateway } from '../gateway.js';
import { shown } from '../message-view.js';
import { perform, type Session } from '../session.js';
import { alignColumns } from '../table.js';
import { assertDecoded } from '../undecoded.js';

interface SendOptions {
  to: string;
  text: string;
  id?: string;
  wait?: number;
}

const LOOK_EVERY_MS = 200;

/** `send`: one message, now. */
export function sendCommand(): Command {
  return new Command('send')
    .description('send one message now')
    .requiredOption('--to <number>', 'international number: +61422118000 or 0061422118000')
    .requiredOption('--text <text>', 'at most 500 UTF-16 units')
    .option('--id <customImsId>', 'your key: the same id, number and text are sent once, however often you call')
    .option('--wait <seconds>', 'wait so long for the final state', wholeNumber(1, 86_400))
    .addHelpText(
      'after',
      `${EXIT_CODE_HELP}
Without --wait, 0 says that the gateway has accepted the message; with it, that the message was DELIVERED.`,
    )
    .action((options: SendOptions, command: Command) => perform(command, (session) => send(session, options)));
}

async function send(session: Session, { to, text, id, wait }: SendOptions): Promise<number> {
  assertDecoded({ '--text': text });
  const environment = session.configuration();
  return withGateway(environment, { reports: wait !== undefined }, async ({ ims }) => {
    const sent = ims.send({ mobile: to, content: text, customImsId: id });
    const message = wait === undefined ? await sent : await finalState(ims, sent, wait, session.stop);
    session.terminal.answer(shown(message), lines(message));
    if (wait === undefined) {
      if (isSandbox(environment)) session.terminal.note('Use --wait to see its delivery report, too.');
      return EXIT_CODE.fine;
    }
    if (message.finalAt === null) {
      session.terminal.note(`It is not final: no delivery report within ${wait} s. Do not send it again; look later.`);
    }
    return message.state === 'DELIVERED' ? EXIT_CODE.fine : EXIT_CODE.failed;
  });
}

/**
 * The message as its report left it, or as it stands when time is up.
 *
 * @throws what `send` throws; its doubt only where no report has ended it in time
 */
async function finalState(
  ims: EmayImsService,
  sent: Promise<ImsMessage>,
  seconds: number,
  stop: AbortSignal,
): Promise<ImsMessage> {
  let doubt: EmayImsUnconfirmedError | null = null;
  const { customImsId } = await sent.catch((error: unknown) => {
    if (error instanceof EmayImsUnconfirmedError) return (doubt = error);
    throw error;
  });
  const giveUpAt = performance.now() + seconds * 1_000;
  for (;;) {
    const message = await ims.findOne(customImsId);
    const isOver = stop.aborted || performance.now() > giveUpAt;
    if (message && (message.finalAt !== null || (isOver && message.acceptedAt !== null))) return message;
    if (isOver) throw doubt ?? new EmayImsUnconfirmedError(customImsId, 'PURGED');
    await pause(LOOK_EVERY_MS);
  }
}

function lines(message: ImsMessage): string[] {
  const { customImsId, imsId, mobile, state, code, reportState } = shown(message);
  return alignColumns([
    ['id', customImsId],
    ['to', mobile],
    ['state', state],
    ['code', code ?? '-'],
    ['gateway id', imsId ?? '-'],
    ['report', reportState ?? '-'],
  ]);
}
