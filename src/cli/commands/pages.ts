import { Command } from 'commander';
import type { ImsKeptPage } from 'nestjs-emay-ims';
import { EXIT_CODE, EXIT_CODE_HELP } from '../exit-code.js';
import { withGateway } from '../gateway.js';
import { perform, type Session } from '../session.js';
import { alignColumns } from '../table.js';

/** `pages`: the report batches that could not be applied, stored or read, and what to do about them. */
export function pagesCommand(): Command {
  const list = new Command('list')
    .description('list them, oldest first')
    .addHelpText('after', EXIT_CODE_HELP)
    .action((_options: object, command: Command) => perform(command, listThem));
  const retry = new Command('retry')
    .description('have one tried again by the next pull, or all of them')
    .argument('[pull]', 'the id of its pull; default: all')
    .addHelpText('after', EXIT_CODE_HELP)
    .action((pull: string | undefined, _options: object, command: Command) =>
      perform(command, (session) => retryThem(session, pull ?? null)),
    );
  const discard = new Command('discard')
    .description('delete one for good: WHATEVER REPORTS ARE IN IT ARE GONE')
    .argument('<pull>', 'the id of its pull')
    .addHelpText('after', EXIT_CODE_HELP)
    .action((pull: string, _options: object, command: Command) =>
      perform(command, (session) => discardOne(session, pull)),
    );
  return new Command('pages')
    .description('report batches that could not be applied, stored or read')
    .addCommand(list, { isDefault: true })
    .addCommand(retry)
    .addCommand(discard);
}

async function listThem({ terminal, configuration }: Session): Promise<number> {
  return withGateway(configuration(), {}, async ({ ims }) => {
    const pages = await ims.reportPages();
    const table = alignColumns([['PULL', 'WHY', 'FAILURE', 'TRIED', 'STORED'], ...pages.map(rowOf)]);
    terminal.answer({ pages }, pages.length > 0 ? table : ['No report batch waits for a person.']);
    return EXIT_CODE.fine;
  });
}

function rowOf({ pullId, why, failure, attempts, storedAt }: ImsKeptPage): string[] {
  return [pullId, why, failure ?? '-', String(attempts), storedAt?.toISOString() ?? '-'];
}

async function retryThem({ terminal, configuration }: Session, pullId: string | null): Promise<number> {
  return withGateway(configuration(), {}, async ({ ims }) => {
    const retried = await ims.retryReportPages({ pullId });
    terminal.answer({ retried }, [`Tried again by the next pull: ${retried}.`]);
    return EXIT_CODE.fine;
  });
}

async function discardOne({ terminal, configuration }: Session, pullId: string): Promise<number> {
  return withGateway(configuration(), {}, async ({ ims }) => {
    await ims.discardReportPage(pullId);
    terminal.answer({ discarded: pullId }, [`${pullId} is deleted.`]);
    return EXIT_CODE.fine;
  });
}
