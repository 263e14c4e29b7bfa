import { Command } from 'commander';
import { EmayImsValidationError } from 'nestjs-emay-ims';
import type { AccountOperations, KeptReport, ReportKind } from 'nestjs-emay-ims/operations';
import { UsageError } from '../command-errors.js';
import { EXIT_CODE, EXIT_CODE_HELP } from '../exit-code.js';
import { withGateway } from '../gateway.js';
import { perform, type Session } from '../session.js';
import { alignColumns } from '../table.js';
import { assertDecoded } from '../undecoded.js';

interface AcknowledgeOptions {
  by?: string;
  reason?: string;
}

/** What is shown of a report or a batch: neither number nor text. */
type ShownReport = Pick<KeptReport, 'id' | 'kind' | 'reports' | 'reason' | 'at'>;

const KINDS: readonly ReportKind[] = ['lost', 'unreadable', 'set-aside', 'quarantined', 'orphaned'];
const LIMIT = 500;
/** Of a report: its batch and its place in it. A pull's id has no dot. */
const REPORT_ID = /\.\d+$/;

/** `acknowledge`: takes reports and batches that somebody has dealt with off the lists, and out of `status`. */
export function acknowledgeCommand(): Command {
  return new Command('acknowledge')
    .description('list report batches and reports that wait for a person; with ids: you have dealt with these')
    .argument('[ids...]', 'as listed')
    .option('--by <name>', 'with ids: who has dealt with them')
    .option('--reason <text>', 'with ids: what was found')
    .addHelpText(
      'after',
      `${EXIT_CODE_HELP}
What is acknowledged is kept, and neither listed nor counted any more. 1 says that one of the ids names nothing that waits.`,
    )
    .action((ids: string[], options: AcknowledgeOptions, command: Command) =>
      perform(command, (session) => (ids.length === 0 ? list(session) : acknowledge(session, ids, options))),
    );
}

async function list({ terminal, configuration }: Session): Promise<number> {
  return withGateway(configuration(), {}, async ({ operations }) => {
    const items: ShownReport[] = [];
    let isComplete = true;
    for (const kind of KINDS) {
      const page = await operations.reports({ kind, limit: LIMIT });
      items.push(...page.items.map(({ id, reports, reason, at }) => ({ id, kind, reports, reason, at })));
      if (page.next === null) continue;
      isComplete = false;
      terminal.note(`There are more ${kind}: only the newest ${LIMIT} are listed.`);
    }
    const table = alignColumns([['ID', 'KIND', 'REPORTS', 'WHY', 'SINCE'], ...items.map(rowOf)]);
    terminal.answer({ items, isComplete }, items.length > 0 ? table : ['Nothing waits to be acknowledged.']);
    return EXIT_CODE.fine;
  });
}

function rowOf({ id, kind, reports, reason, at }: ShownReport): string[] {
  return [id, kind, reports === null ? '-' : String(reports), reason ?? '-', at?.toISOString() ?? '-'];
}

async function acknowledge(
  { terminal, configuration }: Session,
  ids: readonly string[],
  { by, reason }: AcknowledgeOptions,
): Promise<number> {
  assertDecoded({ '--by': by, '--reason': reason });
  if (by === undefined || reason === undefined)
    throw new UsageError('Give --by and --reason: who, and what was found.');
  return withGateway(configuration(), {}, async ({ operations }) => {
    const items: { id: string; isAcknowledged: boolean }[] = [];
    for (const id of ids) items.push({ id, isAcknowledged: await isAcknowledged(operations, id, by, reason) });
    const lines = items.map((item) => [
      item.id,
      item.isAcknowledged ? 'is acknowledged' : 'names nothing that waits (any more)',
    ]);
    terminal.answer({ items }, alignColumns(lines));
    return items.every((item) => item.isAcknowledged) ? EXIT_CODE.fine : EXIT_CODE.failed;
  });
}

/** Whether it was there to be acknowledged. @throws EmayImsValidationError for a wrong name or reason */
async function isAcknowledged(operations: AccountOperations, id: string, by: string, reason: string): Promise<boolean> {
  try {
    await operations.acknowledge(REPORT_ID.test(id) ? { reportId: id } : { pullId: id }, by, reason);
    return true;
  } catch (error) {
    const properties = error instanceof EmayImsValidationError ? error.violations.map(({ property }) => property) : [];
    if (properties.includes('pullId') || properties.includes('reportId')) return false;
    throw error;
  }
}
