import { Command } from 'commander';
import { describeDatabase } from '../../config/database-url.js';
import { isUnaskedSandbox } from '../../config/environment.js';
import { UsageError } from '../command-errors.js';
import { EXIT_CODE, EXIT_CODE_HELP } from '../exit-code.js';
import { withGateway } from '../gateway.js';
import { perform, type Session } from '../session.js';

/** `migrate`: the one command that updates tables of an earlier release. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('make the tables, or update them to this release')
    .addHelpText(
      'after',
      `${EXIT_CODE_HELP}
Some updates need every instance of an earlier release stopped: see docs/upgrading.md. A second run finds nothing to do.`,
    )
    .action((_options: object, command: Command) => perform(command, migrate));
}

async function migrate({ terminal, configuration }: Session): Promise<number> {
  const environment = configuration();
  if (isUnaskedSandbox(environment)) {
    throw new UsageError(
      'No credentials are set: only the tables of a sandbox would be updated. Give the command the variables of the service (-C FOLDER).',
    );
  }
  const place = describeDatabase(environment.EMAY_IMS_DATABASE_URL);
  // The start of the module proves that it can work with them.
  return withGateway(environment, { updates: true }, async () => {
    terminal.answer({ database: place }, [`The tables in ${place} are those of this release.`]);
    return EXIT_CODE.fine;
  });
}
