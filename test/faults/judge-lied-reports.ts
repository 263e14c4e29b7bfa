import type { Evidence, MessageState, StoredPage } from './evidence.js';
import type { FaultsRun, Limits, Tally, Violate } from './faults-run.js';
import type { Disturbance } from './fleet.js';
import type { Gateway, HandedOut, Pull } from './gateway.js';
import { fellInto } from './judge-reports.js';
import { hasArrived } from './lying-answers.js';

/** As `messages/message-state.ts` ranks them. */
const RANK: Record<MessageState, number> = {
  QUEUED: 0,
  SUBMITTING: 1,
  UNCONFIRMED: 2,
  ACCEPTED: 3,
  UNKNOWN: 4,
  REJECTED: 5,
  UNDELIVERABLE: 6,
  DELIVERED: 7,
  // No report comes to them.
  EXPIRED: 0,
  CANCELLED: 0,
};
const RANK_OF_REPORT: Partial<Record<string, number>> = { DELIVRD: RANK.DELIVERED, FAIL_RESPONSE: RANK.UNDELIVERABLE };
const SLACK_MS = 2_000;
const NO_ANSWER = { isFinished: false, tookMs: 0, fault: null, wholeReports: undefined };
/** Their reports are whole, and yet say something else than they did. */
const REWRITES_REPORTS = new Set<string | null>([
  'odd-reports',
  'malformed-reports',
  'untrue-entries',
  'stranger-entries',
]);

/**
 * Follows each report from the gateway's hands, whatever it made of the page, into the database.
 *
 * - What is whole in the bytes of an answer is applied, or kept where a person can read it: by itself, or with its page.
 * - What is not, and may be gone, belongs to a pull that says so.
 * - A possible loss has a cause: a lie, an answer without an end, or a worker that was killed.
 * - No message is told as delivered without a report.
 */
export function judgeLiedReports(run: FaultsRun, evidence: Evidence, violate: Violate) {
  const { gateway } = run;
  const about: ReportCase = {
    run,
    evidence,
    violate,
    keptReports: namesOfKept(evidence),
    rowOf: matchPages(run, evidence),
  };
  const numbers = {
    handedOut: gateway.handedOutReports,
    whole: 0,
    applied: 0,
    keptAlone: 0,
    keptWithPage: {} as Tally,
    spoilt: 0,
    lost: 0,
    pages: gateway.pulls.size,
    liedAnswers: liesTold(gateway),
    pagesByState: {} as Tally,
  };
  for (const pull of gateway.pulls.values()) judgePull(pull, about, numbers);
  for (const page of evidence.pages) {
    count(numbers.pagesByState, page.state);
    if (page.state === 'LOST') judgeLoss(page, run, violate);
  }
  for (const name of evidence.spooled) violate('page left over', `spool file ${name}`);
  judgeEffects(about);
  return numbers;
}

interface ReportCase {
  run: FaultsRun;
  evidence: Evidence;
  violate: Violate;
  /** `page/name` of each report that was set aside, and its gateway ID as `/imsId`. */
  keptReports: ReadonlySet<string>;
  /** By the pull's request. */
  rowOf: ReadonlyMap<string, StoredPage>;
}

interface ReportNumbers {
  whole: number;
  applied: number;
  keptAlone: number;
  keptWithPage: Tally;
  spoilt: number;
  lost: number;
}

function judgePull({ requestId, at, reports }: Pull, about: ReportCase, numbers: ReportNumbers): void {
  const { run, evidence, violate, keptReports, rowOf } = about;
  const { gateway, fleet, limits } = run;
  const answer = gateway.answers.get(requestId) ?? NO_ANSWER;
  const { isFinished, fault, wholeReports } = answer;
  // Cut on purpose, it has arrived as far as it goes.
  const isTooLate = isFinished && !hasArrived(answer, limits);
  const row = rowOf.get(requestId);
  const isCutByKill = row === undefined || (row.state === 'LOST' && !row.isKept);
  const killed = isCutByKill && fleet.disturbances.some((each) => isKillDuring(each, at, limits));
  for (const [place, report] of reports.entries()) {
    const isWhole = !isTooLate && (wholeReports?.includes(place) ?? isFinished);
    const message = evidence.messages.get(report.customImsId ?? '');
    const ours = message && `00${message.mobile.slice(1)}` === report.mobile ? message : undefined;
    const least = REWRITES_REPORTS.has(fault) ? RANK.UNKNOWN : (RANK_OF_REPORT[report.state ?? ''] ?? RANK.UNKNOWN);
    const isNoted = ours?.code === 'REPORTED_UNSENT';
    if (isWhole) numbers.whole++;
    if (isNoted || (ours && RANK[ours.state] >= (isWhole ? least : RANK.UNKNOWN))) numbers.applied++;
    else if (row && isKeptAlone(row, place, report, keptReports)) numbers.keptAlone++;
    else if (row && isKeptWithPage(row, report)) count(numbers.keptWithPage, `${fault}`);
    else if (killed) numbers.lost++;
    else if (isWhole) {
      numbers.lost++;
      violate(
        'report lost',
        `${report.customImsId ?? report.imsId} of ${requestId}, place ${place} (${fault}): ${row?.id} ${row?.state}`,
      );
    } else if (gateway.putBack.has(requestId)) numbers.spoilt++;
    else if (row?.state === 'LOST') numbers.spoilt++;
    else
      violate(
        'unrecorded loss',
        `${report.customImsId} of ${requestId}, place ${place} (${fault}): ${row?.id} ${row?.state}`,
      );
  }
}

function isKeptAlone(
  { id }: StoredPage,
  place: number,
  { imsId, customImsId }: HandedOut,
  keptReports: ReadonlySet<string>,
): boolean {
  return [place, imsId, customImsId].some((name) => keptReports.has(`${id}/${name}`)) || keptReports.has(`/${imsId}`);
}

/** Where a person can read it, or have the whole page applied. */
function isKeptWithPage({ state, isKept, body }: StoredPage, { imsId, customImsId, mobile }: HandedOut): boolean {
  const isShown = [imsId, customImsId ?? imsId ?? mobile].some((name) => name !== null && body.includes(name));
  return isKept && (state === 'SET_ASIDE' || (state === 'UNREADABLE' && isShown));
}

function namesOfKept({ setAside }: Evidence): Set<string> {
  const names = setAside.flatMap(({ batch_id: page, position, ims_id: imsId, custom_ims_id: customImsId }) => [
    ...[position, imsId, customImsId].filter((name) => name !== null).map((name) => `${page}/${name}`),
    // With the page that it came in first: each is kept once.
    ...(imsId === null ? [] : [`/${imsId}`]),
  ]);
  return new Set(names);
}

/** requestId → the pull that the database knows: one worker pulls at a time, so the last one begun before it. */
function matchPages({ gateway }: FaultsRun, { pages }: Evidence): Map<string, StoredPage> {
  const begun = pages.toSorted((one, other) => one.requestedAt - other.requestedAt);
  const rowOf = new Map<string, StoredPage>();
  for (const { requestId, at } of gateway.pulls.values()) {
    const row = begun.findLast(({ requestedAt }) => requestedAt <= at + 1);
    if (row) rowOf.set(requestId, row);
  }
  return rowOf;
}

function judgeLoss({ id, requestedAt }: StoredPage, { gateway, fleet, limits }: FaultsRun, violate: Violate): void {
  const isLied = [...gateway.answers.values()].some(
    ({ call, at, fault, isFinished, tookMs }) =>
      call === 'getIMSReport' &&
      (fault !== null || !hasArrived({ isFinished, tookMs }, limits)) &&
      at >= requestedAt - 50 &&
      at <= requestedAt + limits.timeoutMs + SLACK_MS,
  );
  if (isLied || fleet.disturbances.some((each) => fellInto(each, requestedAt, limits.timeoutMs))) return;
  violate('unexplained loss', `pull ${id} of ${requestedAt} is recorded as a possible loss`);
}

function isKillDuring({ kind, from, to }: Disturbance, at: number, { timeoutMs }: Limits): boolean {
  return kind === 'kill' && at >= from - timeoutMs - SLACK_MS && at <= to + SLACK_MS;
}

function judgeEffects({ run: { gateway }, evidence, violate }: ReportCase): void {
  const named = new Set(
    [...gateway.pulls.values()].flatMap(({ reports }) => reports.map(({ customImsId }) => customImsId)),
  );
  for (const { id, state } of evidence.messages.values()) {
    if (RANK[state] > RANK.ACCEPTED && !named.has(id)) violate('effect without report', `${id}: ${state}`);
  }
}

/** kind → how many answers it spoilt. */
function liesTold({ answers }: Gateway): Tally {
  const told: Tally = {};
  for (const { fault } of answers.values()) if (fault !== null) count(told, fault);
  return told;
}

function count(numbers: Tally, name: string): void {
  numbers[name] = (numbers[name] ?? 0) + 1;
}
