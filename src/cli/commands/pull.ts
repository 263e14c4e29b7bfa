import { Command } from 'commander';
import type { ReportPullResult } from 'nestjs-emay-ims';
import { adviceFor } from '../advice.js';
import { EXIT_CODE, EXIT_CODE_HELP } from '../exit-code.js';
import { withGateway } from '../gateway.js';
import { perform, type Session } from '../session.js';
import { alignColumns } from '../table.js';

/** What the poller says while another instance pulls. */
export const LEASE_HELD = 'LEASE_HELD';

/** `pull`: the delivery reports that wait at the gateway. */
export function pullCommand(): Command {
  return new Command('pull')
    .description('fetch and apply the delivery reports that wait at the gateway')
    .addHelpText(
      'after',
      `${EXIT_CODE_HELP}
While a running service pulls there is nothing to do here: it says so, and that is fine.`,
    )
    .action((_options: object, command: Command) => perform(command, pull));
}

async function pull({ terminal, configuration }: Session): Promise<number> {
  return withGateway(configuration(), {}, async ({ ims }) => {
    const result = await ims.pullReports();
    terminal.answer(result, lines(result));
    const { stoppedBy } = result;
    if (stoppedBy === null) return EXIT_CODE.fine;
    if (stoppedBy === LEASE_HELD) {
      terminal.note('Another instance of this account is pulling: the reports reach the same database.');
      return EXIT_CODE.fine;
    }
    terminal.note(`The pull ended early with ${stoppedBy}. ${adviceOn(stoppedBy)}`);
    return EXIT_CODE.failed;
  });
}

const KEPT = 'It is kept as it came: `pages` lists what waits for a person.';
/** What to do where it is not the gateway that takes no call. */
const OWN_ADVICE: Readonly<Record<string, string>> = {
  SPOOLED:
    'The database did not take a report batch: it is in a spool file, and is stored once the database does. `doctor` shows what is wrong with it.',
  NOT_APPLIED:
    'The report batches are stored, but the database failed to apply them: that is tried again. `doctor` shows what is wrong with it; `pages` lists what waits for a person.',
  CUT_SHORT: `A report batch was incomplete. ${KEPT}`,
  UNREADABLE: `A report batch could not be read. ${KEPT}`,
  UNDECIPHERABLE: `A report batch does not decrypt with secretKey. ${KEPT}`,
  REPEATED_PAGE:
    'The gateway hands out the same report batch again and again, and none behind it: ask Emay to remove it.',
  SHUTTING_DOWN: 'What was not asked for stays at the gateway: give the same command again.',
};

/** What to do where a poll ended early. */
export function adviceOn(stoppedBy: string): string {
  return OWN_ADVICE[stoppedBy] ?? adviceFor(stoppedBy);
}

function lines(result: ReportPullResult): string[] {
  const { pages, reports, applied, orphaned, quarantined, conflicts, lost } = result;
  const counts = { pages, reports, applied, orphaned, quarantined, conflicts, lost };
  return alignColumns(Object.entries(counts).map(([what, count]) => [what, String(count)]));
}
