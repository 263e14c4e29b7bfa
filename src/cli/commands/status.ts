import { Command } from 'commander';
import type { ImsAccountStatus } from 'nestjs-emay-ims';
import { isUnaskedSandbox } from '../../config/environment.js';
import { Campaign } from '../batch/campaign.js';
import { byState, campaignMessages } from '../batch/message-counts.js';
import { EXIT_CODE, EXIT_CODE_HELP } from '../exit-code.js';
import { withGateway } from '../gateway.js';
import { perform, type Session } from '../session.js';
import { alignColumns } from '../table.js';

interface StatusOptions {
  check?: true;
  campaign?: string;
}

/** Circuit and refusals are left out: they tell of one process, and this one neither sends nor pulls. */
type ShownStatus = Omit<ImsAccountStatus, 'circuitOpenFor' | 'reportsBlockedFor'>;

/** What is due for so long is not being sent. */
const OVERDUE_MS = 5 * 60_000;

/** A monitor must not report that all is well. */
const NOTHING_CHECKED =
  'no credentials are set: this is a sandbox, and nothing real was checked. Give the command the variables of the service (-C FOLDER)';

/** `status`: how the messages stand, and what waits for a person. */
export function statusCommand(): Command {
  return new Command('status')
    .description('show how the messages stand and what waits for a person')
    .option('--check', 'exit with 1 when something needs a person')
    .option('--campaign <name>', 'count the messages of one send-batch campaign alone')
    .addHelpText(
      'after',
      `${EXIT_CODE_HELP}
A person is needed for: unconfirmed messages, possibly lost report batches, batches or reports that could not be read,
pages that could not be applied or stored, a spool folder that cannot be used, reports without a message, calls of event handlers that were given up,
messages that are due for more than five minutes, and, with --check, a sandbox that was not asked for by EMAY_IMS_SANDBOX=true.`,
    )
    .action((options: StatusOptions, command: Command) => perform(command, (session) => status(session, options)));
}

async function status({ terminal, configuration }: Session, { check, campaign }: StatusOptions): Promise<number> {
  const wanted = campaign === undefined ? null : new Campaign(campaign);
  const environment = configuration();
  return withGateway(environment, {}, async ({ ims, messages }) => {
    const { circuitOpenFor: _circuit, reportsBlockedFor: _blocked, ...account } = await ims.status();
    const counted = wanted && (await campaignMessages(messages, wanted).counts());
    const states: Record<string, number> = counted ? byState(counted) : await ims.stats();
    const needs = [...(check && isUnaskedSandbox(environment) ? [NOTHING_CHECKED] : []), ...needsOf(account)];
    const counts = Object.entries(states).map(([state, count]) => [state, String(count)]);
    terminal.answer({ ...account, ...(wanted && { campaign: wanted.name }), states, needs }, [
      ...alignColumns(counts),
      '',
      ...(needs.length > 0 ? needs.map((need) => `! ${need}`) : ['Nothing needs a person.']),
    ]);
    return check && needs.length > 0 ? EXIT_CODE.failed : EXIT_CODE.fine;
  });
}

function needsOf(account: ShownStatus): string[] {
  const {
    unconfirmed,
    reportedUnsent,
    possibleLosses,
    lostReportsAtMost,
    unreadablePages,
    setAsidePages,
    spooledPages,
    spoolFailure,
    orphanedReports,
    quarantinedReports,
    failedEvents,
    oldestDueAt,
    oldestDueForMs,
  } = account;
  const needs: [number, string][] = [
    [unconfirmed, 'unconfirmed: a report or your decision ends that; see `unconfirmed`'],
    [
      reportedUnsent,
      'of them reported as sent, though never submitted from here: was the database restored, or does another system send?',
    ],
    [
      possibleLosses,
      `possibly lost report batches, at most ${lostReportsAtMost} reports: compare with the account at Emay, then \`acknowledge\``,
    ],
    [unreadablePages, 'unreadable report batches: see `pages`, then `pages retry` or `acknowledge`'],
    [setAsidePages, 'report batches set aside, as they could not be applied: remove the cause, then `pages retry`'],
    [spooledPages, 'report batches in spool files: the database was away, or refuses them; see `pages`'],
    [
      Number(spoolFailure !== null),
      `spool folder that cannot be used (${spoolFailure}): make it one that this process may read and write`,
    ],
    [quarantinedReports, 'quarantined reports, as they are malformed: see `acknowledge`'],
    [
      orphanedReports,
      'unmatched reports, as they have no message here: does another system use this AppId? See `acknowledge`',
    ],
    [failedEvents, 'dead-lettered events: correct the handler, then call retryFailedEvents()'],
  ];
  // By the database's clock, as `oldestDueAt` is: this machine's may be wrong.
  const isOverdue = oldestDueAt !== null && Number(oldestDueForMs) > OVERDUE_MS;
  return [
    ...needs.filter(([count]) => count > 0).map(([count, what]) => `${count} × ${what}`),
    ...(isOverdue
      ? [`the oldest queued message has been ready since ${oldestDueAt.toISOString()}: is the service running?`]
      : []),
  ];
}
