import { adviceFor } from '../advice.js';
import { alignColumns } from '../table.js';
import { describeFormat, type TableFormat } from './csv-rows.js';
import type { StoredRows } from './store-recipients.js';

/** What `send-batch` answers. */
export interface BatchAnswer extends StoredRows, TableFormat {
  /** `null` where the rows brought ids of their own. */
  campaign: string | null;
  /** Where the rows are that could not be sent; `null`: there are none. */
  failuresFile: string | null;
  /** Messages not submitted yet; `null` where that was left to the service. */
  waiting: number | null;
  /** Why it ended before everything was submitted: a code, STALLED or INTERRUPTED. */
  stoppedBy: string | null;
  /**
   * How the messages of the campaign stand, those of earlier runs included, or else all that was stored during this run,
   * by others too; `null` where that was not looked at.
   */
  states: Record<string, number> | null;
}

/** Whether a person should look at it. */
export function needsAttention({ failed, stoppedBy, states }: BatchAnswer): boolean {
  const { REJECTED = 0, UNCONFIRMED = 0, SUBMITTING = 0 } = states ?? {};
  return failed + REJECTED + UNCONFIRMED + SUBMITTING > 0 || stoppedBy !== null;
}

/** The answer for people. */
export function batchLines(answer: BatchAnswer): string[] {
  const { campaign, rows, stored, repeated, failed, failuresFile, states } = answer;
  return [
    ...(campaign === null ? [] : [`Campaign ${campaign}`]),
    ...alignColumns([
      ['read as', describeFormat(answer)],
      ['rows', String(rows)],
      ['stored', String(stored)],
      ['repeated', repeated > 0 ? `${repeated} (there before: not sent again)` : '0'],
      ['failed', failuresFile === null ? String(failed) : `${failed}, see ${failuresFile}`],
      ...Object.entries(states ?? {}).map(([state, count]) => [state, String(count)]),
    ]),
    ...outlook(answer),
  ];
}

function outlook({ stoppedBy, waiting, states }: BatchAnswer): string[] {
  const left = waiting === null ? '' : ` In the queue: ${waiting}.`;
  if (stoppedBy === 'INTERRUPTED')
    return [`Stopped.${left} Give the same command again to go on: nothing is sent twice.`];
  if (stoppedBy === 'STALLED') {
    return [`Nothing has moved for a while.${left} \`doctor\` shows what is wrong; the same command goes on.`];
  }
  if (stoppedBy !== null) {
    return [
      `The gateway takes nothing: ${stoppedBy}.${left} ${adviceFor(stoppedBy)} Then give the same command again.`,
    ];
  }
  if (waiting === null) return ['Stored. The running service sends them: `status` shows how far it is.'];
  const unconfirmed = (states?.UNCONFIRMED ?? 0) + (states?.SUBMITTING ?? 0);
  return [
    'All are submitted.',
    ...(unconfirmed > 0
      ? [`Unconfirmed: ${unconfirmed}. Do not send them again: a report decides, or \`resolve\`; see \`unconfirmed\`.`]
      : []),
  ];
}
