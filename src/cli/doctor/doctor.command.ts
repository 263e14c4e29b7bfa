import { Command } from 'commander';
import { perform } from '../session.js';
import { doctor, type DoctorOptions } from './doctor.js';

/** `doctor`: is everything in order? */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check options, machine, database, gateway and signature, and say what to do')
    .option(
      '--pull-one',
      'prove the signature by a report call: TAKES ONE WAITING REPORT from the gateway (stored and applied as in any pull)',
    )
    .addHelpText(
      'after',
      `
Exit codes: 0 all is in order; 1 something failed; 2 nothing failed, but something could not be verified, the signature
without --pull-one for one (in the sandbox it is always verified), or the command line is wrong.
An SQLite file is opened as the service opens it: made and migrated where that is due. A database server is not changed.`,
    )
    .action((options: DoctorOptions, command: Command) => perform(command, (session) => doctor(session, options)));
}
