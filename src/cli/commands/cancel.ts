import { Command } from 'commander';
import type { EmayImsService } from 'nestjs-emay-ims';
import { EXIT_CODE, EXIT_CODE_HELP } from '../exit-code.js';
import { withGateway } from '../gateway.js';
import { perform, type Session } from '../session.js';
import { alignColumns } from '../table.js';

/** What became of a message that was to be withdrawn; `state` is `null` where there is no such message. */
interface Withdrawal {
  customImsId: string;
  isCancelled: boolean;
  state: string | null;
}

/** `cancel`: withdraws messages that are still queued. */
export function cancelCommand(): Command {
  return new Command('cancel')
    .description('withdraw messages that are still QUEUED')
    .argument('<ids...>', 'their customImsIds')
    .addHelpText(
      'after',
      `${EXIT_CODE_HELP}
0 says that all of them are CANCELLED, now or before; 1 that it was too late for one, or that there is no such message.`,
    )
    .action((ids: string[], _options: object, command: Command) => perform(command, (session) => cancel(session, ids)));
}

async function cancel({ terminal, configuration }: Session, ids: readonly string[]): Promise<number> {
  return withGateway(configuration(), {}, async ({ ims }) => {
    const withdrawals: Withdrawal[] = [];
    for (const id of ids) withdrawals.push(await withdraw(ims, id));
    const lines = withdrawals.map(({ customImsId, isCancelled, state }) => [
      customImsId,
      isCancelled ? 'CANCELLED' : state === null ? 'there is no such message' : `too late: it is ${state}`,
    ]);
    terminal.answer({ messages: withdrawals }, alignColumns(lines));
    return withdrawals.every(({ isCancelled }) => isCancelled) ? EXIT_CODE.fine : EXIT_CODE.failed;
  });
}

async function withdraw(ims: EmayImsService, customImsId: string): Promise<Withdrawal> {
  await ims.cancel(customImsId);
  const state = (await ims.findOne(customImsId))?.state ?? null;
  return { customImsId, isCancelled: state === 'CANCELLED', state };
}
