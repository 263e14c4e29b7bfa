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
Exit codes: 0 all is in order; 1 something failed; 2 nothing failed, but something could not be verified, or the command
line is wrong.
The signature is proven by a request that takes nothing; --pull-one proves it by a report call instead.
An SQLite file is opened as the service opens it: made and migrated where that is due. A database server is not changed.`,
    )
    .action((options: DoctorOptions, command: Command) => perform(command, (session) => doctor(session, options)));
}
