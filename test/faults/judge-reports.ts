import type { Evidence, MessageState, PageReport, StoredPage } from './evidence.js';
import type { FaultsRun, Violate } from './faults-run.js';
import type { Disturbance } from './fleet.js';
import type { Gateway, HandedOut, Pull } from './gateway.js';

const STATE_OF: Partial<Record<string, MessageState>> = { DELIVRD: 'DELIVERED', FAIL_RESPONSE: 'UNDELIVERABLE' };
const RANK: Partial<Record<MessageState, number>> = { DELIVERED: 7, UNDELIVERABLE: 6 };
const SLACK_MS = 2_000;
/** The gateway's codes that say: nothing was handed out. */
const REFUSALS = /"code":"ERROR_/;

/**
 * Follows each report from the gateway's hands into its message.
 *
 * - Every page handed out is stored, or belongs to a pull that is recorded as a possible loss.
 * - Such a loss has a cause: the pulling worker was killed. A worker that lived, and got the answer, must not lose it.
 * - Every push that was answered `success` is stored, once.
 * - Every message stands where its stored reports say, the best of them.
 */
export function judgeReports(run: FaultsRun, evidence: Evidence, violate: Violate) {
  const { gateway, fleet, limits } = run;
  const stored = new Map<string, StoredPage[]>();
  const losses: Loss[] = [];
  const numbers = {
    handedOut: gateway.handedOutReports,
    pages: 0,
    lostPages: 0,
    lostReports: 0,
    recordedLosses: 0,
    pushed: 0,
    pushedAgain: 0,
  };
  for (const page of evidence.pages) {
    if (page.state === 'APPLIED' && page.reports) {
      const print = fingerprint(page.reports);
      stored.set(print, [...(stored.get(print) ?? []), page]);
      numbers.pages++;
    } else if (page.state === 'LOST') {
      losses.push(page);
    } else if (!(page.state === 'UNREADABLE' && REFUSALS.test(page.body))) {
      violate('page left over', `pull ${page.id} is ${page.state}`);
    }
  }
  numbers.recordedLosses = losses.length;
  for (const name of evidence.spooled) violate('page left over', `spool file ${name}`);
  if (evidence.setAside.length > 0)
    violate('set aside', `${evidence.setAside.length} reports are orphaned or quarantined`);

  const arrived = new Map<string, MessageState>();
  const arrive = (reports: readonly HandedOut[]) => {
    for (const { customImsId, state } of reports) {
      if (customImsId === null) continue;
      const best = arrived.get(customImsId);
      const name = STATE_OF[state ?? ''] ?? 'UNKNOWN';
      if (!best || (RANK[name] ?? 0) > (RANK[best] ?? 0)) arrived.set(customImsId, name);
    }
  };
  const lostFor = new Set<string | null>();
  for (const pull of [...gateway.pulls.values()].toSorted((one, other) => one.at - other.at)) {
    const page = stored.get(fingerprint(pull.reports))?.pop();
    if (page) {
      arrive(pull.reports);
      continue;
    }
    numbers.lostPages++;
    numbers.lostReports += pull.reports.length;
    for (const { customImsId } of pull.reports) lostFor.add(customImsId);
    judgeLoss(pull, losses, run, violate);
  }
  for (const { pushId, reports, attempts, end } of gateway.pushes.values()) {
    // Those wait at the gateway again.
    if (end === 'withdrawn') continue;
    numbers.pushed += reports.length;
    if (attempts > 1) numbers.pushedAgain++;
    if (stored.get(fingerprint(reports))?.pop()) arrive(reports);
    else if (end === 'acknowledged')
      violate('lost after success', `${reports.length} reports of ${pushId} were answered \`success\``);
    else for (const { customImsId } of reports) lostFor.add(customImsId);
  }
  for (const prints of stored.values()) {
    for (const { id } of prints) violate('invented page', `pull ${id} holds reports that the gateway never handed out`);
  }
  for (const { id, requestedAt } of losses) {
    const isExplained = fleet.disturbances.some((each) => fellInto(each, requestedAt, limits.timeoutMs));
    if (!isExplained) violate('unexplained loss', `pull ${id} of ${requestedAt} is recorded as a possible loss`);
  }
  judgeStates(evidence, gateway, arrived, lostFor, violate);
  return numbers;
}

/** A page that is recorded as a possible loss, and whether a pull is known that it belongs to. */
type Loss = StoredPage & { taken?: boolean };

function judgeLoss(pull: Pull, losses: Loss[], { gateway, fleet, limits }: FaultsRun, violate: Violate): void {
  const { at, requestId, reports } = pull;
  const loss = losses.find(
    ({ requestedAt, taken }) => !taken && at >= requestedAt - 50 && at <= requestedAt + limits.timeoutMs + SLACK_MS,
  );
  if (!loss) {
    violate(
      'unrecorded loss',
      `${reports.length} reports handed out in ${requestId} at ${at}: no pull is recorded as LOST`,
    );
    return;
  }
  loss.taken = true;
  const causes = fleet.disturbances.filter((each) => fellInto(each, loss.requestedAt, limits.timeoutMs));
  const hasReachedALivingWorker =
    gateway.answers.get(requestId)?.isFinished && causes.every(({ kind }) => kind !== 'kill');
  if (hasReachedALivingWorker) {
    const why = causes.map(({ kind }) => kind).join(', ') || 'nothing';
    violate(
      'lost after it had arrived',
      `${reports.length} reports of ${requestId} at ${at}: the worker lived (disturbed by: ${why}), the answer was finished`,
    );
  }
}

export function fellInto({ kind, from, to }: Disturbance, requestedAt: number, timeoutMs: number): boolean {
  return kind !== 'terminate' && requestedAt >= from - timeoutMs - SLACK_MS && requestedAt <= to + SLACK_MS;
}

function judgeStates(
  evidence: Evidence,
  gateway: Gateway,
  arrived: ReadonlyMap<string, MessageState>,
  lostFor: ReadonlySet<string | null>,
  violate: Violate,
): void {
  for (const { id, state } of evidence.messages.values()) {
    if (!gateway.accepted.has(id)) continue;
    const expected = arrived.get(id);
    if (expected) {
      if (state !== expected) violate('report without effect', `${id}: ${state}, though its reports say ${expected}`);
    } else if (!lostFor.has(id)) {
      violate('no report', `${id}: ${state}, and the gateway never handed its report out`);
    } else if (state !== 'ACCEPTED' && state !== 'UNCONFIRMED') {
      violate('effect without report', `${id}: ${state}, though its reports are lost`);
    }
  }
}

function fingerprint(reports: readonly (PageReport | HandedOut)[]): string {
  return reports
    .map(({ imsId, state }) => `${imsId}:${state}`)
    .toSorted()
    .join();
}
