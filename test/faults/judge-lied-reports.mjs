import { fellInto } from './judge-reports.mjs';
import { hasArrived } from './lying-answers.mjs';

/** As `messages/message-state.ts` ranks them. */
const RANK = {
  QUEUED: 0,
  SUBMITTING: 1,
  UNCONFIRMED: 2,
  ACCEPTED: 3,
  UNKNOWN: 4,
  REJECTED: 5,
  UNDELIVERABLE: 6,
  DELIVERED: 7,
};
const RANK_OF_REPORT = { DELIVRD: RANK.DELIVERED, FAIL_RESPONSE: RANK.UNDELIVERABLE };
const SLACK_MS = 2_000;
/** Where the whole page can be read again by a person. */
const PAGE_IS_KEPT = new Set(['UNREADABLE', 'SET_ASIDE']);
/** Their reports are whole, and yet say something else than they did. */
const REWRITES_REPORTS = new Set(['odd-reports', 'malformed-reports', 'untrue-entries', 'stranger-entries']);

/**
 * Follows each report from the gateway's hands, whatever it made of the page, into the database.
 *
 * - What is whole in the bytes of an answer is applied, or kept where a person can read it: by itself, or with its page.
 * - What is not, and may be gone, belongs to a pull that says so.
 * - A possible loss has a cause: a lie, an answer without an end, or a worker that was killed.
 * - No message is told as delivered without a report.
 */
export function judgeLiedReports(run, evidence, violate) {
  const { gateway } = run;
  const about = { run, evidence, violate, keptReports: namesOfKept(evidence), rowOf: matchPages(run, evidence) };
  const numbers = {
    handedOut: gateway.handedOutReports,
    whole: 0,
    applied: 0,
    keptAlone: 0,
    keptWithPage: {},
    spoilt: 0,
    lost: 0,
    pages: gateway.pulls.size,
    liedAnswers: liesTold(gateway),
    pagesByState: {},
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

function judgePull({ requestId, reports }, { run, evidence, violate, keptReports, rowOf }, numbers) {
  const { gateway, fleet, limits } = run;
  const answer = gateway.answers.get(requestId) ?? { isFinished: false, fault: null };
  const { isFinished, fault, wholeReports } = answer;
  // Cut on purpose, it has arrived as far as it goes.
  const isTooLate = isFinished && !hasArrived(answer, limits);
  const row = rowOf.get(requestId);
  const isCutByKill = row === undefined || (row.state === 'LOST' && !row.isKept);
  const killed =
    isCutByKill && fleet.disturbances.some((each) => isKillDuring(each, gateway.pulls.get(requestId).at, limits));
  for (const [place, report] of reports.entries()) {
    const isWhole = !isTooLate && (wholeReports?.includes(place) ?? isFinished);
    const message = evidence.messages.get(report.customImsId);
    const isAbout = message && `00${message.mobile.slice(1)}` === report.mobile;
    const least = REWRITES_REPORTS.has(fault) ? RANK.UNKNOWN : (RANK_OF_REPORT[report.state] ?? RANK.UNKNOWN);
    const isNoted = isAbout && message.code === 'REPORTED_UNSENT';
    if (isWhole) numbers.whole++;
    if (isNoted || (isAbout && RANK[message.state] >= (isWhole ? least : RANK.UNKNOWN))) numbers.applied++;
    else if (row && isKeptAlone(row, place, report, keptReports)) numbers.keptAlone++;
    else if (row && row.isKept && PAGE_IS_KEPT.has(row.state)) count(numbers.keptWithPage, fault);
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

function isKeptAlone({ id }, place, { imsId, customImsId }, keptReports) {
  return [place, imsId, customImsId].some((name) => keptReports.has(`${id}/${name}`));
}

function namesOfKept({ setAside }) {
  const names = setAside.flatMap(({ batch_id: page, position, ims_id: imsId, custom_ims_id: customImsId }) =>
    [position, imsId, customImsId].filter((name) => name !== null).map((name) => `${page}/${name}`),
  );
  return new Set(names);
}

/** requestId → the pull that the database knows: one worker pulls at a time, so the last one begun before it. */
function matchPages({ gateway }, { pages }) {
  const begun = pages.toSorted((one, other) => one.requestedAt - other.requestedAt);
  const rowOf = new Map();
  for (const { requestId, at } of gateway.pulls.values()) {
    const row = begun.findLast(({ requestedAt }) => requestedAt <= at + 1);
    if (row) rowOf.set(requestId, row);
  }
  return rowOf;
}

function judgeLoss({ id, requestedAt }, { gateway, fleet, limits }, violate) {
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

function isKillDuring({ kind, from, to }, at, { timeoutMs }) {
  return kind === 'kill' && at >= from - timeoutMs - SLACK_MS && at <= to + SLACK_MS;
}

function judgeEffects({ run: { gateway }, evidence, violate }) {
  const named = new Set(
    [...gateway.pulls.values()].flatMap(({ reports }) => reports.map(({ customImsId }) => customImsId)),
  );
  for (const { id, state } of evidence.messages.values()) {
    if (RANK[state] > RANK.ACCEPTED && !named.has(id)) violate('effect without report', `${id}: ${state}`);
  }
}

/** kind → how many answers it spoilt. */
function liesTold({ answers }) {
  const told = {};
  for (const { fault } of answers.values()) if (fault !== null) count(told, fault);
  return told;
}

function count(numbers, name) {
  numbers[name] = (numbers[name] ?? 0) + 1;
}
