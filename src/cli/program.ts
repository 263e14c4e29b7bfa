import { Command, CommanderError } from 'commander';
import { sendBatchCommand } from './batch/send-batch.command.js';
import { acknowledgeCommand } from './commands/acknowledge.js';
import { cancelCommand } from './commands/cancel.js';
import { exportCommand } from './commands/export.js';
import { listCommand } from './commands/list.js';
import { migrateCommand } from './commands/migrate.js';
import { pagesCommand } from './commands/pages.js';
import { pullCommand } from './commands/pull.js';
import { sendCommand } from './commands/send.js';
import { showCommand } from './commands/show.js';
import { statusCommand } from './commands/status.js';
import { unconfirmedCommand } from './commands/unconfirmed.js';
import { doctorCommand } from './doctor/doctor.command.js';
import { EXIT_CODE, EXIT_CODE_HELP } from './exit-code.js';
import { guardValues } from './option-values.js';

/** The whole command line. A wrong one throws a `CommanderError`, after it has been told on stderr. */
function createProgram(args: readonly string[]): Command {
  const program = new Command('emay-ims-gateway')
    .description('The SMS gateway service at the command line, with the configuration of the service.')
    .option('--json', 'answer with one JSON document on stdout')
    .option('-C, --directory <folder>', 'folder in which the service is started: its .env and relative paths count')
    .addHelpText('after', EXIT_CODE_HELP)
    .addCommand(doctorCommand())
    .addCommand(migrateCommand())
    .addCommand(sendCommand())
    .addCommand(sendBatchCommand())
    .addCommand(statusCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(cancelCommand())
    .addCommand(exportCommand())
    .addCommand(pullCommand())
    .addCommand(pagesCommand())
    .addCommand(acknowledgeCommand())
    .addCommand(unconfirmedCommand());
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
    command.exitOverride().showHelpAfterError('Add --help to see what can be written.');
    guardValues(command, args);
  }
  return program;
}

/** Runs a command line; its exit code becomes the process's. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  try {
    await createProgram(args).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT_CODE.fine : EXIT_CODE.wrongUsage;
  }
}
