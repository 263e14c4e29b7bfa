import type { ImsMessage } from '../../messages/ims-message.entity.js';
import type { MessageEvidence } from '../api/message-evidence.js';
import type { OpenAccount } from '../account-access.js';
import { toOperatorMessage } from '../operator-messages.js';
import { timelineOf, type KnownPage } from './timeline.js';
import { actionsOf, verdictOf } from './verdict.js';

const OTHERS = 10;

/** Collects what is kept of one message; `null`: there is none. */
export async function evidenceOf(open: OpenAccount, customImsId: string): Promise<MessageEvidence | null> {
  const { account, internals } = open;
  const message = await account.finder.findOne(customImsId);
  if (message === null) return null;
  const [traces, resolutions, reportPage, others] = await Promise.all([
    internals.traces.find(customImsId),
    account.resolver.history(customImsId),
    findReportPage(open, customImsId),
    findOthers(open, message),
  ]);
  const pullIds = traces.flatMap(({ kind, detail }) => (kind === 'contradicted' ? (detail?.split(' ')[2] ?? []) : []));
  const pages = await findPages(open, [...pullIds, ...(reportPage === null ? [] : [reportPage])]);
  return {
    message: toOperatorMessage(message),
    timeline: timelineOf({ message, traces, resolutions, reportPage, pages }),
    verdict: verdictOf(message, traces),
    resolutions,
    rawAnswer: message.rawAnswer,
    others: others.map(toOperatorMessage),
    actions: actionsOf(message),
  };
}

async function findReportPage({ internals, name }: OpenAccount, customImsId: string): Promise<string | null> {
  const [row] = await internals.database.rows(
    'SELECT report_page FROM emay_ims_message WHERE account = ? AND custom_ims_id = ?',
    [name, customImsId],
  );
  return row?.report_page === null || row?.report_page === undefined ? null : String(row.report_page);
}

async function findOthers({ account }: OpenAccount, { mobile, customImsId }: ImsMessage): Promise<ImsMessage[]> {
  const found = await account.finder.find({ mobile, limit: OTHERS + 1 });
  return found.filter((other) => other.customImsId !== customImsId).slice(0, OTHERS);
}

async function findPages({ internals, name }: OpenAccount, ids: readonly string[]): Promise<Map<string, KnownPage>> {
  if (ids.length === 0) return new Map();
  const rows = await internals.database.rows(
    `SELECT id, requested_at, reports FROM emay_ims_report_batch WHERE account = ? AND id IN (${ids.map(() => '?').join(', ')})`,
    [name, ...ids],
  );
  const pages = rows.map((row) => ({
    pullId: String(row.id),
    pulledAt: row.requested_at === null ? null : new Date(Number(row.requested_at)),
    reports: row.reports === null ? null : Number(row.reports),
  }));
  return new Map(pages.map((page) => [page.pullId, page]));
}
