import type { FaultsRun, Limits } from './faults-run.js';
import type { Answer, Gateway } from './gateway.js';

const SLACK_MS = 2_000;
/** From the caller's clock to the gateway's, and back. */
const ON_THE_WAY_MS = 500;

/** Messages of one attempt that are, or were, in doubt. */
export interface Doubt {
  readonly code: string | null;
  readonly ids: readonly string[];
  readonly submittedAt: number;
}

/** What the gateway answered to messages otherwise than it should have, to explain what is in doubt. */
export class LyingAnswers {
  /** When those that took nothing came, of which the log does not say for whom they were: each explains one attempt. */
  private readonly free: number[];
  private readonly gateway: Gateway;
  private readonly reportedUnsent: ReadonlySet<string>;
  private readonly limits: Limits;

  constructor({ gateway, round, limits, reportedUnsent }: FaultsRun) {
    this.gateway = gateway;
    this.reportedUnsent = reportedUnsent;
    this.limits = limits;
    const takers = new Set([...gateway.accepted.values()].flat().map(({ requestId }) => requestId));
    const lies = [...gateway.answers].filter(([id, answer]) => !takers.has(id) && isLie(answer, limits));
    this.free = round.isLying ? lies.map(([, { at }]) => at) : [];
  }

  /**
   * Whether one of them explains an attempt: the one that its request got, where the gateway took anything of it; else one
   * that nobody is known to have got, and that came while it was under way.
   */
  explain({ code, ids, submittedAt }: Doubt): boolean {
    if (code === 'REPORTED_UNSENT') return ids.every((id) => this.reportedUnsent.has(id));
    const requests = ids.flatMap((id) => this.gateway.accepted.get(id) ?? []).map(({ requestId }) => requestId);
    // Of a request whose beginning was taken, the rest is in the same doubt.
    if (requests.length > 0)
      return requests.every((requestId) => isLie(this.gateway.answers.get(requestId), this.limits));
    const endsAt = submittedAt + this.limits.timeoutMs + SLACK_MS;
    const found = this.free.findIndex((at) => at >= submittedAt - 50 && at <= endsAt);
    if (found >= 0) this.free.splice(found, 1);
    return found >= 0;
  }
}

/** Spoilt by the run, or too late, or without an end: its caller was gone. */
function isLie(answer: Answer | undefined, limits: Limits): boolean {
  return (
    answer === undefined || (answer.call !== 'getIMSReport' && (answer.fault !== null || !hasArrived(answer, limits)))
  );
}

/** Whether an answer has come to its end before its caller's patience has: on a busy machine it may not. */
export function hasArrived(
  { isFinished, tookMs }: Pick<Answer, 'isFinished' | 'tookMs'>,
  { timeoutMs }: Limits,
): boolean {
  return isFinished && tookMs < timeoutMs - ON_THE_WAY_MS;
}
