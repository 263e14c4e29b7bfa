import type { GuardedLogger } from '../diagnostics/index.js';
import { printableCode } from '../protocol/index.js';
import { PUSH } from './page-columns.js';
import { UNDECIPHERABLE, type StoredPage } from './report-batch-store.js';
import type { IngestedPage } from './report-ingestor.js';

/** Nothing can be made of a report batch, or not of all of it. */
export const UNREADABLE = 'UNREADABLE';

/** Logs what is wrong with a report batch that has been ingested, however it came; nothing where nothing is. */
export function logProblem(
  logger: GuardedLogger,
  account: string,
  { id: pull, source }: StoredPage,
  { problem, lost, reports }: IngestedPage,
): void {
  if (problem === null) return;
  const code = printableCode(problem);
  const call = source === PUSH ? {} : { call: 'getIMSReport' };
  const fields = { account, ...call, code, pull, reports, lost };
  if (lost > 0) {
    logger.error(
      `Possibly lost reports: a report batch is incomplete (${code}, pull ${pull}). Reports received: ${reports}; lost at most: ${lost}.`,
      fields,
    );
  } else if (reports === 0) {
    const todo = code === UNDECIPHERABLE ? ' Check secretKey, restart, then call retryReportPages().' : '';
    logger.error(`Unreadable report batch (${code}); it is kept (pull ${pull}).${todo}`, fields);
  } else if (code === UNREADABLE) {
    logger.error(
      `A report batch may hold more reports than could be read; it is kept (pull ${pull}). Reports received: ${reports}.`,
      fields,
    );
  } else {
    logger.warn(`A report batch came with ${code}; all its reports were applied: ${reports}.`, fields);
  }
}
