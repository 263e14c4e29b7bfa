import type { Evidence, MessageState } from './evidence.js';
import type { FaultsRun, Tally, Violate } from './faults-run.js';
import type { Disturbance } from './fleet.js';
import { DATABASE_TROUBLE } from './judge-calls.js';
import { type Doubt, LyingAnswers } from './lying-answers.js';

/** What a killed process's last statement may still take on the server, and what clocks may differ by. */
const SLACK_MS = 2_000;
const NEVER_UNDER_WAY = new Set<MessageState>(['QUEUED', 'EXPIRED', 'CANCELLED']);
/** The last of a way that was blocked: a later attempt may have come to a report before its answer. */
const NO_DOUBT = new Set<string | null>([null, 'SUCCESS', 'ECONNREFUSED']);

/**
 * Requires an explanation for each message that was ever UNCONFIRMED: its attempt was under way in a worker as that was
 * killed, or as the database failed it, or its request got no answer, or one that lied. A worker that stood still explains an answer that it found too late.
 */
export function judgeDoubts(run: FaultsRun, evidence: Evidence, violate: Violate) {
  const { fleet, limits, gateway } = run;
  const attempts = new Map<string | null, Doubt & { ids: string[]; atEnd: number; neverAccepted: number }>();
  const lies = new LyingAnswers(run);
  for (const { id, attempt, code, state, submittedAt } of evidence.messages.values()) {
    if (!wasDoubtful(state, code)) continue;
    const known = attempts.get(attempt) ?? { code, submittedAt, ids: [], atEnd: 0, neverAccepted: 0 };
    attempts.set(attempt, known);
    known.ids.push(id);
    if (state === 'UNCONFIRMED') known.atEnd++;
    if (!gateway.accepted.has(id)) known.neverAccepted++;
  }

  const perKill = new Map<Disturbance, number>();
  const numbers = { attempts: attempts.size, messages: 0, atEnd: 0, neverAccepted: 0, unexplained: 0 };
  const byCode: Tally = {};
  for (const doubt of [...attempts.values()].toSorted((one, other) => one.submittedAt - other.submittedAt)) {
    const { code, submittedAt, ids } = doubt;
    numbers.messages += ids.length;
    numbers.atEnd += doubt.atEnd;
    numbers.neverAccepted += doubt.neverAccepted;
    byCode[`${code}`] = (byCode[`${code}`] ?? 0) + ids.length;
    const causes = fleet.disturbances.filter((each) => explains(each, doubt, limits.timeoutMs));
    if (causes.length === 0 && !lies.explain(doubt)) {
      numbers.unexplained += ids.length;
      violate(
        'unexplained UNCONFIRMED',
        `${ids.length} messages of an attempt of ${submittedAt} (${code}), e.g. ${ids[0]}`,
      );
    }
    // Each to the kill that still has the most room.
    const kills = causes.filter(({ kind }) => kind === 'kill');
    const kill = kills.toSorted((one, other) => (perKill.get(one) ?? 0) - (perKill.get(other) ?? 0))[0];
    if (kill && kills.length === causes.length) perKill.set(kill, (perKill.get(kill) ?? 0) + 1);
  }
  const worst = Math.max(0, ...perKill.values());
  if (worst > limits.attemptsAtATime) {
    violate(
      'too many UNCONFIRMED',
      `a kill explains ${worst} attempts; a worker has at most ${limits.attemptsAtATime}`,
    );
  }
  return { ...numbers, byCode, mostAttemptsInAKill: worst };
}

function wasDoubtful(state: MessageState, code: string | null): boolean {
  if (state === 'UNCONFIRMED') return true;
  return !NEVER_UNDER_WAY.has(state) && !NO_DOUBT.has(code);
}

function explains({ kind, from, to }: Disturbance, { code, submittedAt }: Doubt, timeoutMs: number): boolean {
  const wasUnderWay = submittedAt >= from - timeoutMs - SLACK_MS && submittedAt <= to + SLACK_MS;
  if (!wasUnderWay) return false;
  if (kind === 'stop') return true;
  return (kind === 'kill' || DATABASE_TROUBLE.has(kind)) && code === 'ATTEMPT_ABANDONED';
}
